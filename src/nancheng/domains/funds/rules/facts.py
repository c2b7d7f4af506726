"""What the rules are told: a request, and where project, money, contract and item stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nancheng.foundation.register.rules import Stage


class Verdict(StrEnum):
    """What an authorised person said about a hit on the negative list (负面清单)."""

    OPEN = "open"
    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice (发票) put forward with a request."""

    number: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Application:
    """A request as it is handed in: which money, contract and item, and what for."""

    allocation_id: int
    contract_id: int
    cost_item_id: int
    amount_fen: int
    payee_account: str
    to_wage_account: bool
    purpose: str
    progress_permille: int
    invoices: tuple[Invoice, ...]
    papers: frozenset[str]
    payee_id: int | None = None
    # Uploaded papers (drafts of the applicant) that go into the case with it.
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What a project unit asks for (用款申请)."""

    amount_fen: int
    payee_id: int
    payee_account: str
    to_wage_account: bool
    purpose: str
    progress_permille: int
    invoices: tuple[Invoice, ...]
    papers: frozenset[str]
    applied_on: date


@dataclass(frozen=True, slots=True)
class ProjectStanding:
    """The project as the rules see it: stage, estimate, verdicts of the screening."""

    name: str
    stage: Stage
    estimate_fen: int
    committed_fen: int
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class AllocationStanding:
    """One bond's money for one project: what arrived, what is reserved, what is paid."""

    arrived_fen: int
    reserved_fen: int
    paid_fen: int

    @property
    def available_fen(self) -> int:
        """Return what may still be asked for."""
        return self.arrived_fen - self.reserved_fen - self.paid_fen


@dataclass(frozen=True, slots=True)
class ContractStanding:
    """One contract: who is paid, to which accounts, the price, and what is already committed."""

    number: str
    payee_id: int
    payee_account: str
    wage_account: str
    price_fen: int
    retention_permille: int
    committed_fen: int
    certified_permille: int


@dataclass(frozen=True, slots=True)
class CostItemStanding:
    """One item of the approved estimate in the implementation plan (一案两书)."""

    name: str
    approved_fen: int
    committed_fen: int
    is_in_project: bool


@dataclass(frozen=True, slots=True)
class ForbiddenTerm:
    """A word that points at a use or a kind of project the negative list forbids."""

    group: str
    word: str
    is_use: bool
    basis: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a request is held against, read in one go."""

    project: ProjectStanding
    allocation: AllocationStanding
    contract: ContractStanding
    cost_item: CostItemStanding
    terms: tuple[ForbiddenTerm, ...] = ()
    used_invoices: frozenset[str] = frozenset()
