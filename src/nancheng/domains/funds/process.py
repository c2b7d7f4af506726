"""How a payment from bond money runs: its drawing, its handlers, its forms."""

from __future__ import annotations

from pathlib import Path

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nancheng.domains.funds import forms
from nancheng.domains.funds.actions import payments, steps
from nancheng.domains.funds.queries import panel
from nancheng.foundation.cases import forms as cases
from nancheng.foundation.cases.bindings import Binding, TaskForm

HERE = Path(__file__).parent


def _apply_page(case_id: int) -> str:
    return reverse("funds:apply-again", args=[case_id])


BINDING = Binding(
    kind=payments.KIND,
    prefix="FK",
    name=_("专项债券资金支付"),
    process=HERE / "processes" / "payment.bpmn",
    decisions=(HERE / "decisions" / "leader-threshold.dmn",),
    handlers={
        "reserve": steps.reserve,
        "post": steps.post,
        "void": steps.void,
        "reverse": steps.reverse,
        "refuse": steps.refuse,
        "urge": steps.urge,
    },
    forms={
        "payment-apply": TaskForm(form=cases.Bare, before=payments.check_again, page=_apply_page),
        "payment-opinion": TaskForm(form=cases.Opinion),
        "payment-certificate": TaskForm(form=forms.Certificate, before=steps.certify),
        "payment-order": TaskForm(form=forms.Order),
        "payment-bank": TaskForm(form=forms.BankAnswer, before=steps.answer_of_bank),
    },
    panel="funds/panel.html",
    facts=panel.facts,
    on_end=steps.on_end,
)
BINDINGS = (BINDING,)
