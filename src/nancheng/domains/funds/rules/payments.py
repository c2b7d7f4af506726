"""What a payment must satisfy, each rule by itself.

Facts come in as frozen values; refusals go out as values that name the rule and its figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from nancheng.domains.funds.rules.facts import (
    ContractStanding,
    Facts,
    ForbiddenTerm,
    Request,
    Verdict,
)
from nancheng.foundation.register.rules import Stage
from nancheng.kernel.refusal import Refused

PERMILLE: Final = 1000  # arithmetic: one whole in thousandths

# 财建〔2022〕183号: at most 3 % of the price may be retained as quality deposit.
RETENTION_PERMILLE_MAX: Final = 30

# Local practice: a verdict on a hit of the negative list gives a reason of at least so many signs.
VERDICT_REASON_MIN: Final = 10

# Papers of an application as districts ask for them (request, progress table, invoice);
# the supervisor's certificate comes during the process. Local practice.
PAPERS_REQUIRED: Final = ("request", "progress", "invoice")

# The three libraries (储备库、备选库、执行库): only a project chosen within the quota is paid.
EXECUTING: Final = frozenset(
    {
        Stage.LISTED,
        Stage.ISSUED,
        Stage.ARRIVED,
        Stage.BUILDING,
        Stage.COMPLETED,
        Stage.OPERATING,
        Stage.MOVED_IN,
    }
)
# 财预〔2021〕61号: serious deviation stops payment.
SUSPENDED: Final = frozenset({Stage.HALTED, Stage.DEFERRED})

Check = Callable[[Request, Facts], Refused | None]


# --- the checks of a payment; each names its rule and its figures --------------------------------


def amount_is_positive(request: Request, facts: Facts) -> Refused | None:
    """Refuse a request for nothing or less."""
    if request.amount_fen > 0:
        return None
    return Refused("funds.amount-not-positive", field="amount", amount_fen=request.amount_fen)


def project_is_executing(request: Request, facts: Facts) -> Refused | None:
    """Refuse a project that was not chosen within the quota (not in 执行库)."""
    if facts.project.stage in EXECUTING | SUSPENDED:
        return None
    return Refused(
        "funds.project-not-executing", project=facts.project.name, stage=facts.project.stage
    )


def project_runs(request: Request, facts: Facts) -> Refused | None:
    """Refuse a suspended project (停工、暂缓): 财预〔2021〕61号 lets payment be stopped."""
    if facts.project.stage not in SUSPENDED:
        return None
    return Refused("funds.project-suspended", project=facts.project.name, stage=facts.project.stage)


def screening_is_decided(request: Request, facts: Facts) -> Refused | None:
    """Refuse while a hit on the negative list is open or upheld (国办发〔2024〕52号, annex 1)."""
    if Verdict.FORBIDDEN in facts.project.verdicts:
        return Refused("funds.project-forbidden", project=facts.project.name)
    if Verdict.OPEN in facts.project.verdicts:
        count = facts.project.verdicts.count(Verdict.OPEN)
        return Refused("funds.screening-open", project=facts.project.name, count=count)
    return None


def is_within_arrived(request: Request, facts: Facts) -> Refused | None:
    """Refuse more than has arrived: paid + reserved + request ≤ arrived, per allocation."""
    money = facts.allocation
    if request.amount_fen <= money.available_fen:
        return None
    return Refused(
        "funds.beyond-arrived",
        field="amount",
        amount_fen=request.amount_fen,
        arrived_fen=money.arrived_fen,
        reserved_fen=money.reserved_fen,
        paid_fen=money.paid_fen,
        available_fen=money.available_fen,
    )


def progress_is_proper(request: Request, facts: Facts) -> Refused | None:
    """Refuse a cumulative progress outside 1 to 1000 ‰ or behind what is certified already."""
    certified = facts.contract.certified_permille
    if 0 < request.progress_permille <= PERMILLE and request.progress_permille >= certified:
        return None
    return Refused(
        "funds.progress-improper",
        field="progress",
        progress_permille=request.progress_permille,
        certified_permille=certified,
    )


def is_within_progress(request: Request, facts: Facts) -> Refused | None:
    """Refuse paying ahead of the work: contract × cumulative progress − retention.

    超进度拨付 is a finding of every audit; 财建〔2022〕183号 bounds the retention.
    """
    contract = facts.contract
    payable_fen = payable_by(contract, request.progress_permille)
    if contract.committed_fen + request.amount_fen <= payable_fen:
        return None
    return Refused(
        "funds.beyond-progress",
        field="amount",
        amount_fen=request.amount_fen,
        committed_fen=contract.committed_fen,
        payable_fen=payable_fen,
        left_fen=max(0, payable_fen - contract.committed_fen),
        progress_permille=request.progress_permille,
        retention_permille=contract.retention_permille,
    )


def payee_is_contract_party(request: Request, facts: Facts) -> Refused | None:
    """Refuse a payee who is not the contract's party."""
    if request.payee_id == facts.contract.payee_id:
        return None
    return Refused("funds.payee-not-party", field="payee", contract=facts.contract.number)


def account_is_contract_account(request: Request, facts: Facts) -> Refused | None:
    """Refuse an account that is neither the contract's nor its wage account.

    保障农民工工资支付条例: labour cost goes to the project's 农民工工资专用账户.
    """
    contract = facts.contract
    expected = contract.wage_account if request.to_wage_account else contract.payee_account
    if expected and request.payee_account == expected:
        return None
    return Refused("funds.account-not-of-contract", field="account", contract=contract.number)


def cost_item_is_planned(request: Request, facts: Facts) -> Refused | None:
    """Refuse a cost item outside the implementation plan (一案两书)."""
    if facts.cost_item.is_in_project:
        return None
    return Refused("funds.item-not-planned", field="cost_item", item=facts.cost_item.name)


def is_within_item(request: Request, facts: Facts) -> Refused | None:
    """Refuse more than the approved estimate gives this item."""
    item = facts.cost_item
    if item.committed_fen + request.amount_fen <= item.approved_fen:
        return None
    return Refused(
        "funds.beyond-item",
        field="cost_item",
        item=item.name,
        approved_fen=item.approved_fen,
        committed_fen=item.committed_fen,
        amount_fen=request.amount_fen,
    )


def is_within_estimate(request: Request, facts: Facts) -> Refused | None:
    """Refuse more than the approved estimate of the project (概算), 政府投资条例."""
    project = facts.project
    if project.committed_fen + request.amount_fen <= project.estimate_fen:
        return None
    return Refused(
        "funds.beyond-estimate",
        field="amount",
        estimate_fen=project.estimate_fen,
        committed_fen=project.committed_fen,
        amount_fen=request.amount_fen,
    )


def use_is_payable(request: Request, facts: Facts) -> Refused | None:
    """Refuse wages, running cost, interest and swaps of debt: never payable from bond money."""
    hits = [term for term in screen(request.purpose, facts.terms) if term.is_use]
    if request.to_wage_account:
        hits = [term for term in hits if term.group != "wages"]
    if not hits:
        return None
    return Refused("funds.use-forbidden", field="purpose", word=hits[0].word, basis=hits[0].basis)


def invoices_are_fresh(request: Request, facts: Facts) -> Refused | None:
    """Refuse an invoice that was used before, or twice in this request."""
    numbers = [invoice.number for invoice in request.invoices]
    repeated = {number for number in numbers if numbers.count(number) > 1}
    used = sorted(repeated | (set(numbers) & facts.used_invoices))
    if not used:
        return None
    return Refused("funds.invoice-used", field="invoices", numbers="、".join(used))


def invoices_cover_amount(request: Request, facts: Facts) -> Refused | None:
    """Refuse a request that its invoices do not cover."""
    invoiced_fen = sum(invoice.amount_fen for invoice in request.invoices)
    if invoiced_fen >= request.amount_fen:
        return None
    return Refused(
        "funds.invoices-short",
        field="invoices",
        invoiced_fen=invoiced_fen,
        amount_fen=request.amount_fen,
    )


def papers_are_complete(request: Request, facts: Facts) -> Refused | None:
    """Refuse a request without its papers, and say all that is missing at once."""
    missing = tuple(paper for paper in PAPERS_REQUIRED if paper not in request.papers)
    if not missing:
        return None
    return Refused("funds.papers-missing", field="papers", papers=missing)


def certificate_is_attached(request: Request, facts: Facts) -> Refused | None:
    """Refuse payment without the chief supervision engineer's signature.

    建设工程质量管理条例 第三十七条: without it the owner pays nothing.
    """
    certified = facts.contract.certified_permille
    if certified and certified >= request.progress_permille:
        return None
    return Refused(
        "funds.certificate-missing",
        certified_permille=certified,
        progress_permille=request.progress_permille,
    )


CHECKS_ON_APPLICATION: Final[tuple[Check, ...]] = (
    amount_is_positive,
    project_is_executing,
    project_runs,
    screening_is_decided,
    is_within_arrived,
    progress_is_proper,
    is_within_progress,
    payee_is_contract_party,
    account_is_contract_account,
    cost_item_is_planned,
    is_within_item,
    is_within_estimate,
    use_is_payable,
    invoices_are_fresh,
    invoices_cover_amount,
    papers_are_complete,
)
# Everything again when the money is set aside, and the certificate that was missing at first.
CHECKS_ON_RESERVATION: Final[tuple[Check, ...]] = (*CHECKS_ON_APPLICATION, certificate_is_attached)


def faults(
    request: Request, facts: Facts, *, checks: Iterable[Check] = CHECKS_ON_APPLICATION
) -> tuple[Refused, ...]:
    """Return every rule the request breaks, in the order of the checks."""
    return tuple(fault for check in checks if (fault := check(request, facts)) is not None)


def refuse_all(found: Sequence[Refused]) -> None:
    """Raise the one fault found, or one refusal that carries them all; nothing if there is none."""
    if len(found) == 1:
        raise found[0]
    if found:
        raise Refused("funds.several-faults", count=len(found), faults=tuple(found))


def payable_by(contract: ContractStanding, progress_permille: int) -> int:
    """Return what may have been paid at this progress, in fen, rounded down.

    The retention is held back from each certified part alike, so it never exceeds its share.
    """
    share = progress_permille * (PERMILLE - contract.retention_permille)
    return contract.price_fen * share // (PERMILLE * PERMILLE)


# --- the negative list ---------------------------------------------------------------------------


def screen(text: str, terms: Iterable[ForbiddenTerm]) -> tuple[ForbiddenTerm, ...]:
    """Return the terms of the negative list that occur in a text, spaces aside."""
    dense = "".join(text.split())
    return tuple(term for term in terms if term.word in dense)


def check_verdict(verdict: Verdict, reason: str, *, given: Verdict, word: str) -> None:
    """Refuse a verdict without a reason, or a second one; ``given`` is what stands so far."""
    if verdict is Verdict.OPEN or len(reason.strip()) < VERDICT_REASON_MIN:
        raise Refused("funds.verdict-needs-reason", field="reason", least=VERDICT_REASON_MIN)
    if given is not Verdict.OPEN:
        raise Refused("funds.screening-decided", word=word)


def check_certificate(
    certified_permille: int, *, asked_permille: int, before_permille: int
) -> None:
    """Refuse a certificate below what it is asked for, or below the one before it."""
    if not max(asked_permille, before_permille) <= certified_permille <= PERMILLE:
        raise Refused(
            "funds.certificate-short",
            field="progress",
            certified_permille=certified_permille,
            asked_permille=asked_permille,
            before_permille=before_permille,
        )
