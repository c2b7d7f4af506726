"""Forms of confirmations."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class Decision(forms.Form):
    """Yes or no, with a word on it; a no needs one."""

    decision = forms.ChoiceField(
        label=_("复核意见"),
        choices=[("", _("请选择")), ("confirm", _("同意并执行")), ("refuse", _("不同意"))],
    )
    answer = forms.CharField(
        label=_("复核说明"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, object]:
        """Ask for the reason of a no."""
        given = super().clean() or {}
        if given.get("decision") == "refuse" and not given.get("answer"):
            self.add_error("answer", _("不同意时请写明理由。"))
        return given
