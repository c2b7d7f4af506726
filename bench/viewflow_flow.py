"""The measured process as a django-viewflow class; imported once that Django is set up."""

from __future__ import annotations

from typing import Any

from django.views.generic import View
from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Process

view = View.as_view()


class Disbursement(flow.Flow):  # type: ignore[misc]
    """Apply, review, audit and sign in parallel, the leader above a threshold, pay."""

    process_class = Process
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle(this.begin).Next(this.apply)
    apply = flow.View(view).Next(this.review)
    review = flow.View(view).Next(this.fork)
    fork = flow.Split().Next(this.audit).Next(this.sign)
    audit = flow.View(view).Next(this.join)
    sign = flow.View(view).Next(this.join)
    join = flow.Join().Next(this.large)
    large = (
        flow.If(lambda activation: activation.process.data["amount"] > 10_000_000)
        .Then(this.leader)
        .Else(this.pay)
    )
    leader = flow.View(view).Next(this.pay)
    pay = flow.Function(this.pay_out).Next(this.end)
    end = flow.End()

    def begin(self, activation: Any, amount: int) -> Any:
        """Keep the amount and begin."""
        activation.process.data = {"amount": amount}
        return activation.process

    def pay_out(self, activation: Any) -> None:
        """Stand in for the ledger."""
        activation.process.data["paid"] = True
        activation.process.save()
