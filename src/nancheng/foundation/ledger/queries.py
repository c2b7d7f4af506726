"""What is where: balances, statements with a running balance, and the proof that it all adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from nancheng.foundation.ledger.models import Account, Transfer
from nancheng.kernel.ledger.balances import Balance
from nancheng.kernel.ledger.transfers import Phase
from nancheng.kernel.refusal import Refused

SUMS = ("debits_posted_fen", "debits_pending_fen", "credits_posted_fen", "credits_pending_fen")


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer as it stands in the statement of one account.

    ``in_fen`` and ``out_fen`` are what moved (both 0 while money is only set aside or given back),
    ``held_fen`` by how much the money set aside grew or, below zero, shrank. ``balance_fen`` is
    what is in the account after this line, ``available_fen`` what of it may still be spent.
    """

    transfer_id: int
    phase: Phase
    booked_on: date
    at: datetime
    by: str
    reason: str
    other: str
    in_fen: int
    out_fen: int
    held_fen: int
    balance_fen: int
    available_fen: int
    case_id: int | None
    reverses_id: int | None


@dataclass(frozen=True, slots=True)
class Statement:
    """An account's lines of a period and what was in it, and available, before the first."""

    code: str
    name: str
    opening_fen: int
    opening_available_fen: int
    lines: tuple[Line, ...]

    @property
    def closing_fen(self) -> int:
        """Return what is in the account after the last line."""
        return self.lines[-1].balance_fen if self.lines else self.opening_fen


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the ledger adds up: Σ of all balances, and the accounts whose sums are not theirs."""

    total_fen: int
    wrong: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Say whether no money was made or lost and every sum is that of its transfers."""
        return self.total_fen == 0 and not self.wrong


def balances(codes: Iterable[str]) -> dict[str, Balance]:
    """Return the balances of accounts by code. One statement.

    Raises Refused "ledger.account-unknown" (account).
    """
    wanted = set(codes)
    rows = Account.objects.filter(code__in=wanted).values_list("code", *SUMS)
    found = {code: Balance(*sums) for code, *sums in rows}
    for code in sorted(wanted - set(found)):
        raise Refused("ledger.account-unknown", account=code)
    return found


def balance(code: str) -> Balance:
    """Return the balance of one account. One statement; raises as ``balances``."""
    return balances([code])[code]


def statement(code: str, *, since: date | None = None, until: date | None = None) -> Statement:
    """Return an account's transfers booked in a period, both days included, oldest first.

    At most three statements. Raises Refused "ledger.account-unknown" (account).
    """
    account = Account.objects.filter(code=code).first()
    if account is None:
        raise Refused("ledger.account-unknown", account=code)
    rows = Transfer.objects.filter(Q(debit=account) | Q(credit=account))
    if until is not None:
        rows = rows.filter(booked_on__lte=until)
    opening_fen, opening_held_fen = 0, 0
    if since is not None:
        opening_fen, opening_held_fen = _before(rows.filter(booked_on__lt=since), account)
        rows = rows.filter(booked_on__gte=since)
    ordered = rows.select_related("debit", "credit").order_by("booked_on", "pk")
    lines = _lines(ordered, account, balance_fen=opening_fen, held_fen=opening_held_fen)
    opening_available_fen = opening_fen - opening_held_fen
    return Statement(code, account.name, opening_fen, opening_available_fen, tuple(lines))


def of_case(case_id: int) -> list[Transfer]:
    """Return the transfers of a case in their order, with accounts. One statement."""
    rows = Transfer.objects.filter(case_id=case_id).select_related("debit", "credit")
    return list(rows.order_by("pk"))


def expired_reservations(*, at: datetime, limit: int) -> list[int]:
    """Return reservations that are open and whose time is over. One statement."""
    rows = Transfer.objects.filter(expires_at__lte=at, ending__isnull=True)
    return list(rows.order_by("expires_at", "pk").values_list("pk", flat=True)[:limit])


def proof() -> Proof:
    """Derive every account's sums from its transfers again and compare. Three statements."""
    derived = _derived()
    accounts = Account.objects.values_list("pk", "code", *SUMS)
    stored = {pk: (code, tuple(sums)) for pk, code, *sums in accounts}
    wrong = [code for pk, (code, sums) in stored.items() if sums != derived[pk]]
    total_fen = sum(sums[2] - sums[0] for _, sums in stored.values())
    return Proof(total_fen, tuple(sorted(wrong)))


def _derived() -> Mapping[int, tuple[int, ...]]:
    sums: dict[int, tuple[int, ...]] = defaultdict(lambda: (0, 0, 0, 0))
    for side, place in (("debit_id", 0), ("credit_id", 2)):
        rows = Transfer.objects.order_by().values(side).annotate(posted=_posted(), held=_held())
        for row in rows:
            both = list(sums[row[side]])
            both[place : place + 2] = row["posted"], row["held"]
            sums[row[side]] = tuple(both)
    return sums


def _posted(**conditions: object) -> Coalesce:
    moved = Sum("amount_fen", filter=Q(phase=Phase.POSTED.value, **conditions))
    return Coalesce(moved, Value(0))


def _held(**conditions: object) -> Coalesce:
    change = Case(
        When(phase=Phase.PENDING.value, then=F("amount_fen")),
        When(reservation__isnull=False, then=-F("amount_fen")),
        default=Value(0),
    )
    return Coalesce(Sum(change, filter=Q(**conditions)) if conditions else Sum(change), Value(0))


def _before(rows: QuerySet[Transfer], account: Account) -> tuple[int, int]:
    sums = rows.aggregate(
        came=_posted(credit=account),
        went=_posted(debit=account),
        held=_held(debit=account),
    )
    return sums["came"] - sums["went"], sums["held"]


def _lines(
    rows: Iterable[Transfer], account: Account, *, balance_fen: int, held_fen: int
) -> Iterator[Line]:
    for row in rows:
        leaves = row.debit_id == account.pk
        moved_fen = row.amount_fen if row.phase == Phase.POSTED.value else 0
        line_held_fen = _line_held_fen(row) if leaves else 0
        balance_fen += -moved_fen if leaves else moved_fen
        held_fen += line_held_fen
        yield Line(
            transfer_id=row.pk,
            phase=Phase(row.phase),
            booked_on=row.booked_on,
            at=row.at,
            by=row.by,
            reason=row.reason,
            other=row.credit.code if leaves else row.debit.code,
            in_fen=0 if leaves else moved_fen,
            out_fen=moved_fen if leaves else 0,
            held_fen=line_held_fen,
            balance_fen=balance_fen,
            available_fen=balance_fen - held_fen,
            case_id=row.case_id,
            reverses_id=row.reverses_id,
        )


def _line_held_fen(row: Transfer) -> int:
    if row.phase == Phase.PENDING.value:
        return row.amount_fen
    return -row.amount_fen if row.reservation_id is not None else 0
