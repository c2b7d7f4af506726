"""How a coordination concern runs: its drawing, its forms, what its archive asks for."""

from __future__ import annotations

from pathlib import Path

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nancheng.domains.concerns import actions, forms, queries
from nancheng.foundation.cases import forms as cases
from nancheng.foundation.cases.bindings import Binding, Material, TaskForm

HERE = Path(__file__).parent


def _result_page(case_id: int) -> str:
    return reverse("concerns:result", args=[case_id])


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
        "concern-result": TaskForm(form=forms.Result, page=_result_page),
    },
    panel="concerns/panel.html",
    facts=queries.facts,
    materials=(Material(queries.RESULT, _("办理结果材料")),),
    retention="10y",
)
BINDINGS = (BINDING,)
