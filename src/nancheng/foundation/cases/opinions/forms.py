"""Forms of requests for opinions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import forms as cases
from nancheng.foundation.cases.models import Opinion
from nancheng.foundation.cases.papers import Papers
from nancheng.foundation.people.directory import Receiver


class Ask(forms.Form):
    """Whom to ask, what, and by when."""

    receivers = cases.ReceiversField(label=_("征求对象"))
    question = cases.long_text(_("征求事项"))
    due_on = forms.DateField(
        label=_("答复期限"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    key = cases.key_field()

    def __init__(self, *args: Any, known: Sequence[Receiver], due_on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["receivers"]
        assert isinstance(field, cases.ReceiversField)
        field.offer(known)
        self.fields["due_on"].initial = due_on


class Give(Papers):
    """The answer, with papers; saying more than "no comment" needs words."""

    stance = forms.ChoiceField(label=_("答复意见"), choices=Opinion.Stance.choices)
    text = cases.long_text(_("意见内容"), required=False)
    key = cases.key_field()
    field_order = ("stance", "text", "papers")

    def clean(self) -> dict[str, object]:
        """Ask for words where there is something to say."""
        given = super().clean() or {}
        if given.get("stance") not in (None, Opinion.Stance.NONE) and not given.get("text"):
            self.add_error("text", _("请写明具体意见。"))
        return given
