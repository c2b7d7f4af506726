"""Which notices one also wants by mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nancheng.foundation.messages import texts


class MailForm(forms.Form):
    """An address, and the kinds of notices that go there."""

    address = forms.EmailField(label=gettext_lazy("邮箱地址"), required=False)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("发送邮件的通知"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("不选即不发送邮件。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kinds"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(kind.key, kind.label) for kind in texts.kinds()]

    def clean(self) -> dict[str, Any]:
        """Ask for an address where something is to be sent."""
        given = super().clean() or {}
        if given.get("kinds") and not given.get("address") and "address" not in self.errors:
            self.add_error("address", _("请填写邮箱地址。"))
        return given

    def codes(self) -> list[str]:
        """Return the codes of the kinds that were chosen."""
        chosen = self.cleaned_data["kinds"]
        return [code for kind in texts.kinds() if kind.key in chosen for code in kind.codes]


def kinds_of(codes: frozenset[str]) -> list[str]:
    """Return the kinds whose codes are all among these ("" is every code)."""
    return [kind.key for kind in texts.kinds() if "" in codes or set(kind.codes) <= codes]
