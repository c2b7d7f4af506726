"""Forms of coordination concerns: putting one forward, and each step's answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django import forms
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import forms as cases
from nancheng.foundation.cases.papers import Papers

Choices = Sequence[tuple[str, str]]


class Submission(forms.Form):
    """What is asked for; also how a concern that came back is put right."""

    content = forms.CharField(
        label=_("事项内容与诉求"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    wanted_on = forms.DateField(
        label=_("希望办成日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("可不填；法定和内部时限照常计算。"),
    )
    key = cases.key_field()


class Open(Submission):
    """A new concern: who leads and who takes part."""

    lead = forms.ChoiceField(label=_("主办单位"))
    co_units = forms.MultipleChoiceField(
        label=_("协办单位"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("需要会签意见的单位；不需要时可不选。"),
    )
    field_order = ("content", "lead", "co_units", "wanted_on")

    def offer(self, departments: Choices) -> None:
        """Say which departments may be chosen."""
        known = list(departments)
        lead = cast("forms.ChoiceField", self.fields["lead"])
        lead.choices = [("", _("请选择")), *known]
        cast("forms.MultipleChoiceField", self.fields["co_units"]).choices = known


class Proposal(forms.Form):
    """How the lead department means to settle it."""

    proposal = cases.long_text(_("拟办意见"))
    key = cases.key_field()


class Reconciled(forms.Form):
    """After an objection: sign anew, or let the leader decide on both views."""

    decision = forms.ChoiceField(
        label=_("协调结果"),
        choices=[("again", _("已修改，重新会签")), ("up", _("仍有分歧，报领导审定"))],
    )
    proposal = cases.long_text(_("拟办意见"))
    key = cases.key_field()


class Result(Papers):
    """What was done, with the paper that shows it."""

    result = cases.long_text(_("办理结果"))
    key = cases.key_field()
    field_order = ("result", "papers")
