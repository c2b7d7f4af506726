"""A request held against every rule: what it asks, what stands, what is odd, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from nancheng.domains.funds.models import Contract, Payment
from nancheng.domains.funds.queries import standing
from nancheng.domains.funds.rules import flags, payments
from nancheng.domains.funds.rules.facts import Application, Facts, Request
from nancheng.domains.funds.rules.flags import Flag
from nancheng.foundation.cases import queries as cases
from nancheng.kernel.refusal import Refused


@dataclass(frozen=True, slots=True)
class Examined:
    """The outcome; ``payable_fen`` is what the progress allows, ``left_fen`` what is left of it."""

    request: Request
    facts: Facts
    flags: tuple[Flag, ...]
    faults: tuple[Refused, ...]

    @property
    def payable_fen(self) -> int:
        """Return what may have been paid in all at the progress asked for."""
        return payments.payable_by(self.facts.contract, self.request.progress_permille)

    @property
    def left_fen(self) -> int:
        """Return the most that could be asked for now: the narrowest of all bounds."""
        facts = self.facts
        return max(
            0,
            min(
                self.payable_fen - facts.contract.committed_fen,
                facts.allocation.available_fen,
                facts.cost_item.approved_fen - facts.cost_item.committed_fen,
                facts.project.estimate_fen - facts.project.committed_fen,
            ),
        )


def examine(application: Application, *, at: datetime, payment: Payment | None = None) -> Examined:
    """Hold an application against every rule; ``payment`` is itself, when it is handed in again.

    Its ids must exist: ``Contract.DoesNotExist`` and its like otherwise.
    """
    on = timezone.localdate(at)
    contract = Contract.objects.get(pk=application.contract_id)
    request = standing.request_of(application, contract, on=on)
    facts = standing.facts_of(application, on=on, payment_id=payment.pk if payment else None)
    return Examined(
        request=request,
        facts=facts,
        flags=_flags(request, facts, contract, payment),
        faults=payments.faults(request, facts),
    )


def _flags(
    request: Request, facts: Facts, contract: Contract, payment: Payment | None
) -> tuple[Flag, ...]:
    on = request.applied_on
    found = (
        flags.screening_flag(facts.project.verdicts),
        flags.split_flag(
            request,
            standing.earlier(contract.pk, but=payment.pk if payment else None),
            threshold_fen=int(cases.parameter("funds.split-threshold-fen", on=on)),
            window_days=int(cases.parameter("funds.split-window-days", on=on)),
        ),
    )
    return tuple(flag for flag in found if flag is not None)
