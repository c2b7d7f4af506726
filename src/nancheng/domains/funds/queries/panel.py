"""A payment's own facts on the page of its case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from nancheng.domains.funds.models import Payment
from nancheng.domains.funds.queries import examination, money, projects, standing, wording
from nancheng.foundation.people.rules import Actor

OPEN = (Payment.State.APPLIED, Payment.State.RETURNED)


def facts(*, case_id: int, actor: Actor | None) -> Mapping[str, Any]:
    """Return what the panel shows; the case layer has asked whether the actor may see the case."""
    payment = (
        Payment.objects.select_related(
            "allocation__bond",
            "allocation__project__project",
            "contract__party",
            "contract__supervision",
            "cost_item",
            "payee",
        )
        .filter(case_id=case_id)
        .first()
    )
    if payment is None:
        return {"payment": None}
    examined = None
    if payment.state in OPEN:
        examined = examination.examine(
            standing.application_of(payment), at=timezone.now(), payment=payment
        )
    return {
        "payment": payment,
        "account": wording.masked(payment.payee_account),
        "money": money.by_allocation([payment.allocation_id])[payment.allocation_id],
        "invoices": list(payment.invoices.all()),
        "certificates": list(
            payment.certificates.select_related("certified_by__person").order_by("id")
        ),
        "returns": list(payment.returns.all()),
        "flags": [wording.flag(one["code"], one["figures"]) for one in payment.flags],
        "faults": [wording.refusal(fault) for fault in examined.faults] if examined else [],
        "examined": examined,
    }


def of_project(project: Any, actor: Actor | None) -> Mapping[str, Any] | None:
    """Return a project's bond money for its page in the register, or None out of reach."""
    on = timezone.localdate()
    thread = projects.thread(project.number, actor, on=on)
    if thread is None:
        return None
    return {"template": "funds/project_panel.html", "thread": thread}
