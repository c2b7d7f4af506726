"""How a coordination concern runs: its drawing, its forms, what its archive asks for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nancheng.domains.concerns import actions, forms, queries
from nancheng.domains.concerns.actions import Concern
from nancheng.foundation.cases import forms as cases
from nancheng.foundation.cases.bindings import Binding, Material, TaskForm, Values
from nancheng.foundation.people.rules import Actor

if TYPE_CHECKING:
    from nancheng.foundation.cases.models import Case

HERE = Path(__file__).parent


def _result_page(case_id: int) -> str:
    return reverse("concerns:result", args=[case_id])


def _prepare(form: Form, by: Actor) -> None:
    """Offer every department that may take part but the opener's own."""
    cast("forms.Open", form).offer(queries.departments(but=by.department_id))


def _open(*, title: str, values: Values, by: Actor, at: datetime, key: str) -> Case:
    concern = Concern(
        title=title,
        content=values["content"],
        lead=values["lead"],
        co_units=values["co_units"],
        wanted_on=values["wanted_on"],
    )
    return actions.put_forward(concern, by=by, at=at, key=key)


BINDING = Binding(
    kind=queries.KIND,
    prefix="XT",
    name=_("综合协调事项"),
    process=HERE / "processes" / "concern.bpmn",
    forms={
        "concern-submission": TaskForm(form=forms.Submission, initial=queries.submitted),
        "concern-proposal": TaskForm(
            form=forms.Proposal, before=actions.sign_anew, initial=queries.proposed
        ),
        "concern-reconciled": TaskForm(
            form=forms.Reconciled, before=actions.sign_anew, initial=queries.proposed
        ),
        "concern-opinion": TaskForm(form=cases.Opinion),
        "concern-result": TaskForm(
            form=forms.Result, before=actions.with_its_paper, page=_result_page
        ),
    },
    opening=forms.Open,
    prepare=_prepare,
    opens=queries.OPEN,
    hint=_("提交后由主办单位综合岗抢办拟办，协办单位会签，分管领导审定；办理结果由本单位确认。"),
    open_case=_open,
    panel="concerns/panel.html",
    facts=queries.facts,
    materials=(Material(queries.RESULT, _("办理结果材料")),),
    retention="10y",
)
BINDINGS = (BINDING,)
