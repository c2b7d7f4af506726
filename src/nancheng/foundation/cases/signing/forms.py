"""Forms of adding and removing signers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import forms as cases


class Add(forms.Form):
    """Which departments also sign, and why."""

    elements = forms.MultipleChoiceField(label=_("加签单位"), widget=forms.CheckboxSelectMultiple)
    reason = cases.long_text(_("加签理由"))
    key = cases.key_field()

    def __init__(self, *args: object, choices: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["elements"].choices = choices  # type: ignore[attr-defined]
