"""What a password must be made of."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from nancheng.foundation.people.models import Person

KINDS_MIN = 3


class ThreeKinds:
    """Asks for three of: lower case, upper case, digits, other characters."""

    def validate(self, password: str, user: Person | None = None) -> None:
        """Raise ``ValidationError`` when fewer than three kinds of characters occur."""
        kinds = (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum())
        if sum(any(kind(sign) for sign in password) for kind in kinds) < KINDS_MIN:
            raise ValidationError(self.get_help_text(), code="password-too-plain")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return _("密码须含大写字母、小写字母、数字、符号中的至少三种。")
