"""The ledger on the real database: the kernel's rules, keys used twice, and what SQL may not do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from nancheng.foundation.ledger import actions, jobs, queries
from nancheng.foundation.ledger.actions import Leg
from nancheng.foundation.ledger.models import Account, Transfer
from nancheng.foundation.ledger.tests import making
from nancheng.foundation.ledger.tests.making import AT, CLERK
from nancheng.kernel.ledger import books, transfers
from nancheng.kernel.ledger.accounts import Account as Facts
from nancheng.kernel.ledger.accounts import Kind
from nancheng.kernel.ledger.transfers import Phase
from nancheng.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=1)
CODES = ("investors", "payees", "road", "parking")


@pytest.fixture(autouse=True)
def accounts(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("db")
    import_module("nancheng.foundation.ledger.migrations.0002_seal_transfers").seal(connection)
    making.open_accounts()


def road() -> tuple[int, int]:
    balance = queries.balance("road")
    return balance.posted_fen, balance.available_fen


def test_money_moves_and_says_who_when_and_why() -> None:
    row = making.arrive()
    assert road() == (1000, 1000)
    assert (row.by, row.reason, row.booked_on) == (CLERK.label, "test.moved", date(2020, 9, 15))
    late = making.move("x", "investors", "road", 1, at=AT + timedelta(hours=14))
    assert late.booked_on == date(2020, 9, 16)  # midnight in the zone, not in Greenwich
    told = making.move("y", "investors", "road", 1, booked_on=date(2020, 1, 2), by=None)
    assert (told.booked_on, told.by) == (date(2020, 1, 2), "")


def test_an_overdraft_is_refused_with_the_figures_and_changes_nothing() -> None:
    making.arrive()
    making.reserve("held", 700)
    with pytest.raises(Refused) as caught:
        making.move("p", "road", "payees", 301)
    assert caught.value.code == "ledger.insufficient"
    assert caught.value.figures == {"account": "road", "available_fen": 300, "needed_fen": 301}
    assert road() == (1000, 300)
    assert Transfer.objects.count() == 2


@pytest.mark.parametrize(
    ("end", "left"), [(actions.post, (300, 300)), (actions.void, (1000, 1000))]
)
def test_a_reservation_ends_once(end: Callable[..., Transfer], left: tuple[int, int]) -> None:
    making.arrive()
    held = making.reserve("held", 700)
    assert road() == (1000, 300)
    ended = end(reservation_id=held.pk, by=CLERK, at=LATER, key="end")
    assert road() == left
    assert (ended.reservation_id, ended.reason, ended.case_id) == (held.pk, held.reason, None)
    assert end(reservation_id=held.pk, by=CLERK, at=LATER, key="end") == ended
    for other in (actions.post, actions.void):
        with pytest.raises(Refused, match="already-ended"):
            other(reservation_id=held.pk, by=CLERK, at=LATER, key=f"again-{other.__name__}")
    assert road() == left


def test_a_reservation_expires_when_its_time_is_over_and_not_before() -> None:
    making.arrive()
    held = making.reserve("held", 700, expires_at=LATER)
    voided = making.reserve("voided", 100, expires_at=LATER)
    making.reserve("endless", 50)
    actions.void(reservation_id=voided.pk, by=CLERK, at=AT, key="v")
    assert jobs.expire_due(at=LATER - timedelta(seconds=1)) == 0
    with pytest.raises(Refused, match="not-expired"):
        actions.expire(reservation_id=held.pk, at=AT, key="e")
    assert jobs.expire_due(at=LATER) == 1
    assert jobs.expire_due(at=LATER) == 0
    assert road() == (1000, 950)


def test_a_late_posting_is_refused_but_its_retry_is_not() -> None:
    making.arrive()
    held = making.reserve("held", 700, expires_at=LATER)
    posted = actions.post(reservation_id=held.pk, by=CLERK, at=AT, key="p")
    assert actions.post(reservation_id=held.pk, by=CLERK, at=LATER, key="p") == posted
    late = making.reserve("late", 100, expires_at=LATER)
    with pytest.raises(Refused, match="reservation-expired"):
        actions.post(reservation_id=late.pk, by=CLERK, at=LATER, key="q")
    assert road() == (300, 200)


def test_the_same_key_is_the_same_transfer() -> None:
    first = making.arrive()
    assert making.arrive() == first
    assert road() == (1000, 1000)
    changed: list[Callable[[], Transfer]] = [
        lambda: making.arrive(1001),
        lambda: making.move("arrival", "investors", "parking", 1000),
        lambda: making.move("arrival", "investors", "road", 1000, reason="other"),
        lambda: making.reserve("arrival", 1000),
    ]
    for again in changed:
        with pytest.raises(Refused, match="key-reused"):
            again()
    assert Transfer.objects.count() == 1


def test_a_reversal_restores_the_balances_once() -> None:
    making.arrive()
    held = making.reserve("held", 700)
    paid = actions.post(reservation_id=held.pk, by=CLERK, at=AT, key="paid")
    back = actions.reverse(transfer_id=paid.pk, by=CLERK, at=LATER, key="back")
    assert road() == (1000, 1000)
    assert queries.balance("payees").posted_fen == 0
    assert actions.reverse(transfer_id=paid.pk, by=CLERK, at=LATER, key="back") == back
    with pytest.raises(Refused, match="already-reversed"):
        actions.reverse(transfer_id=paid.pk, by=CLERK, at=LATER, key="twice")
    with pytest.raises(Refused, match="reversal-of-reversal"):
        actions.reverse(transfer_id=back.pk, by=CLERK, at=LATER, key="redo")
    with pytest.raises(Refused, match="not-posted"):
        actions.reverse(transfer_id=held.pk, by=CLERK, at=LATER, key="held-back")


def test_linked_transfers_are_all_or_nothing() -> None:
    making.arrive()
    over = (Leg("road", "parking", 600, "a"), Leg("parking", "payees", 601, "b"))
    with pytest.raises(Refused, match="insufficient"):
        actions.transfer_linked(over, by=CLERK, at=AT, key="link")
    assert (road(), Transfer.objects.count()) == ((1000, 1000), 1)
    fits = (Leg("road", "parking", 600, "a"), Leg("parking", "payees", 600, "b"))
    rows = actions.transfer_linked(fits, by=CLERK, at=AT, key="link")
    assert [row.key for row in rows] == ["link/1", "link/2"]
    assert actions.transfer_linked(fits, by=CLERK, at=AT, key="link") == rows
    assert queries.balance("payees").posted_fen == 600


def test_an_account_is_opened_once() -> None:
    again = actions.open_account(code="road", name="another name", kind=Kind.FUND)
    assert again.name == "road"
    with pytest.raises(Refused, match="account-differs"):
        actions.open_account(code="road", name="road", kind=Kind.CLEARING)
    with pytest.raises(Refused, match="fund-is-bounded"):
        actions.open_account(code="new", name="", kind=Kind.FUND, may_go_negative=True)
    with pytest.raises(Refused, match="code-unreadable"):
        actions.open_account(code="路", name="", kind=Kind.FUND)


def test_what_is_not_there_is_refused() -> None:
    for ask in (
        lambda: making.move("x", "road", "nowhere", 1),
        lambda: queries.balances(["road", "nowhere"]),
        lambda: queries.statement("nowhere"),
    ):
        with pytest.raises(Refused, match="account-unknown"):
            ask()
    for missing in (None, 10**9):
        with pytest.raises(Refused, match="transfer-unknown"):
            actions.post(reservation_id=missing, by=CLERK, at=AT, key="x")
    with pytest.raises(Refused, match="not-a-reservation"):
        actions.post(reservation_id=making.arrive().pk, by=CLERK, at=AT, key="y")


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_transfer SET amount_fen = 1",
        "UPDATE ledger_transfer SET reason = 'other'",
        "UPDATE ledger_transfer SET by = ''",
        "UPDATE ledger_transfer SET case_id = NULL",
        "DELETE FROM ledger_transfer",
    ],
)
def test_no_statement_changes_or_deletes_a_transfer(change: str) -> None:
    making.arrive()
    with pytest.raises(DatabaseError, match="append-only"):
        execute(change.replace(" by ", ' "by" '))
    assert Transfer.objects.get().amount_fen == 1000


@pytest.mark.parametrize(
    "change",
    [
        {"debits_posted_fen": 1001},
        {"debits_pending_fen": 1001},
        {"debits_posted_fen": 600, "debits_pending_fen": 401},
        {"credits_posted_fen": -1, "may_go_negative": True, "kind": "outside"},
        {"may_go_negative": True},
        {"kind": "other"},
    ],
)
def test_no_statement_takes_a_bounded_account_below_zero(change: dict[str, object]) -> None:
    making.arrive()
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(code="road").update(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"amount_fen": 0},
        {"amount_fen": -5},
        {"phase": "voided"},
        {"phase": "other"},
        {"key": "arrival"},
        {"same": True},
        {"phase": "pending", "reverses": True},
    ],
)
def test_no_statement_inserts_an_impossible_transfer(change: dict[str, object]) -> None:
    first = making.arrive()
    row = Transfer(
        key=str(change.get("key", "new")),
        phase=str(change.get("phase", "posted")),
        debit=first.debit,
        credit=first.debit if change.get("same") else first.credit,
        amount_fen=int(str(change.get("amount_fen", 5))),
        reverses=first if change.get("reverses") else None,
        reason="test",
        booked_on=AT.date(),
        at=AT,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_the_database_lets_a_reservation_end_once_and_a_transfer_be_reversed_once() -> None:
    making.arrive()
    held = making.reserve("held", 700)
    paid = actions.post(reservation_id=held.pk, by=CLERK, at=AT, key="paid")
    actions.reverse(transfer_id=paid.pk, by=CLERK, at=AT, key="back")
    for references in ({"reservation": held}, {"reverses": paid}):
        again = Transfer(
            key="again",
            phase="posted",
            debit=held.debit,
            credit=held.credit,
            amount_fen=700,
            reason="test",
            booked_on=AT.date(),
            at=AT,
            **references,
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save(force_insert=True)


def test_statements_are_few(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    making.arrive()
    # A savepoint around each action in a test; two accounts, key, two sums, the transfer.
    with django_assert_num_queries(5 + 2):
        held = making.reserve("held", 700)
    with django_assert_num_queries(8 + 2):
        actions.post(reservation_id=held.pk, by=CLERK, at=AT, key="paid")
    with django_assert_num_queries(1):
        queries.balances(CODES)
    with django_assert_num_queries(3):
        queries.statement("road", since=AT.date())


@st.composite
def wishes(draw: st.DrawFn) -> list[tuple[str, str, str, int, int]]:
    kinds = st.sampled_from(["move", "reserve", "post", "void", "reverse"])
    one = st.tuples(kinds, st.sampled_from(CODES), st.sampled_from(CODES), st.integers(1, 900))
    numbers = st.integers(0, 5)
    return [(*draw(one), draw(numbers)) for _ in range(draw(st.integers(1, 12)))]


def act(wish: tuple[str, str, str, int, int], number: int) -> None:
    kind, debit, credit, amount_fen, which = wish
    facts = {"by": CLERK, "at": AT, "key": f"k{number}"}
    rows = list(Transfer.objects.order_by("pk"))
    chosen = rows[which % len(rows)].pk
    sides = {"debit": debit, "credit": credit, "amount_fen": amount_fen, "reason": "test"}
    if kind == "move":
        actions.transfer(**sides, **facts)  # type: ignore[arg-type]
    elif kind == "reserve":
        actions.reserve(**sides, **facts)  # type: ignore[arg-type]
    elif kind == "reverse":
        actions.reverse(transfer_id=chosen, **facts)  # type: ignore[arg-type]
    else:
        end = actions.post if kind == "post" else actions.void
        end(reservation_id=chosen, **facts)  # type: ignore[arg-type]


def mirrored(row: Transfer) -> transfers.Transfer:
    return transfers.Transfer(
        row.key,
        row.debit.code,
        row.credit.code,
        row.amount_fen,
        Phase(row.phase),
        row.at,
        ends=row.reservation.key if row.reservation else None,
        reverses=row.reverses.key if row.reverses else None,
    )


@given(wishes())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_tables_keep_the_book_of_the_kernel(
    wished: list[tuple[str, str, str, int, int]],
) -> None:
    with transaction.atomic():
        making.arrive()
        book = books.opened(
            Facts(code, Kind.OUTSIDE, may_go_negative=True)
            if code in ("investors", "payees")
            else Facts(code, Kind.FUND)
            for code in CODES
        )
        for number, wish in enumerate(wished):
            count = Transfer.objects.count()
            try:
                act(wish, number)
            except Refused:
                assert Transfer.objects.count() == count
        for row in Transfer.objects.order_by("pk"):
            book = books.record(book, mirrored(row))
        assert queries.balances(CODES) == book.balances
        assert queries.proof() == queries.Proof(0, ())
        for code in CODES:
            stated = queries.statement(code)
            assert stated.closing_fen == book.balances[code].posted_fen
            if stated.lines:
                assert stated.lines[-1].available_fen == book.balances[code].available_fen
        transaction.set_rollback(True)
