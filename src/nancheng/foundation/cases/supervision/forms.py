"""Forms of supervision slips."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import forms as cases
from nancheng.foundation.cases.models import Slip
from nancheng.foundation.cases.papers import Papers
from nancheng.foundation.cases.supervision import rules
from nancheng.foundation.cases.supervision.rules import Colour


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class Issue(forms.Form):
    """To which department, in which colour, what, and a reply by when."""

    department = forms.TypedChoiceField(label=_("督办单位"), coerce=int)
    colour = forms.TypedChoiceField(label=_("督办等级"), choices=Slip.Colour.choices, coerce=Colour)
    text = cases.long_text(_("督办要求"))
    reply_by = _day(_("回复期限"))
    key = cases.key_field()

    def __init__(
        self, *args: Any, departments: Sequence[tuple[int, str]], reply_by: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = departments  # type: ignore[attr-defined]
        self.fields["reply_by"].initial = reply_by


class Escalate(forms.Form):
    """To which colour, why, and a reply by when."""

    colour = forms.TypedChoiceField(label=_("升级为"), coerce=Colour)
    text = cases.long_text(_("升级理由与要求"))
    reply_by = _day(_("回复期限"))
    key = cases.key_field()

    def __init__(self, *args: Any, slip: Slip, reply_by: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = rules.higher(Colour(slip.colour))
        self.fields["colour"].choices = [  # type: ignore[attr-defined]
            (value, words) for value, words in Slip.Colour.choices if value in above
        ]
        self.fields["reply_by"].initial = reply_by


class Reply(Papers):
    """What the department has done about it, with papers."""

    text = cases.long_text(_("回复内容"))
    key = cases.key_field()
    field_order = ("text", "papers")


class Reject(forms.Form):
    """Why the reply does not do, and by when another."""

    reason = cases.long_text(_("退回理由"))
    reply_by = _day(_("重新回复期限"))
    key = cases.key_field()

    def __init__(self, *args: Any, reply_by: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reply_by"].initial = reply_by


class Close(forms.Form):
    """What the slip came to."""

    effect = forms.ChoiceField(label=_("督办成效"), choices=Slip.Effect.choices)
    text = cases.long_text(_("成效说明"))
    key = cases.key_field()
