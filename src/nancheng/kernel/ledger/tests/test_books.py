"""Laws of the ledger: conservation, bounds, one end for each reservation, reversal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nancheng.kernel.ledger import accounts, books, transfers
from nancheng.kernel.ledger.accounts import Account, Kind
from nancheng.kernel.ledger.books import Book
from nancheng.kernel.ledger.fen import FEN_MAX
from nancheng.kernel.ledger.transfers import Phase, Transfer
from nancheng.kernel.refusal import Refused

AT = datetime(2020, 9, 15, 2, tzinfo=UTC)
ACCOUNTS = (
    Account("investors", Kind.OUTSIDE, may_go_negative=True),
    Account("payees", Kind.OUTSIDE, may_go_negative=True),
    Account("expected", Kind.CLEARING, may_go_negative=False),
    Account("road", Kind.FUND),
    Account("parking", Kind.FUND),
)
CODES = [account.code for account in ACCOUNTS]
EMPTY = books.opened(ACCOUNTS)


def move(key: str, debit: str, credit: str, amount_fen: int) -> Transfer:
    return transfers.move(key=key, debit=debit, credit=credit, amount_fen=amount_fen, at=AT)


def reserve(key: str, amount_fen: int, *, expires_at: datetime | None = None) -> Transfer:
    return transfers.reserve(
        key=key,
        debit="road",
        credit="payees",
        amount_fen=amount_fen,
        at=AT,
        expires_at=expires_at,
    )


def arrived(amount_fen: int = 1000) -> Book:
    return books.record(EMPTY, move("arrival", "investors", "road", amount_fen))


def refused(book: Book, transfer: Transfer) -> Refused:
    with pytest.raises(Refused) as caught:
        books.record(book, transfer)
    return caught.value


@st.composite
def a_transfer(draw: st.DrawFn, book: Book, number: int) -> Transfer:
    """Draw any transfer that can be built, whether or not the book will have it."""
    known = list(book.transfers.values())
    key = f"k{number}"
    amount_fen = draw(st.integers(1, 900))
    debit = draw(st.sampled_from(CODES))
    credit = draw(st.sampled_from([code for code in CODES if code != debit]))
    wish = draw(st.sampled_from(["move", "reserve", "end", "reverse"]))
    pending = [one for one in known if one.phase is Phase.PENDING]
    posted = [one for one in known if one.phase is Phase.POSTED and one.reverses is None]
    if wish == "end" and pending:
        reservation = draw(st.sampled_from(pending))
        phase = draw(st.sampled_from([Phase.POSTED, Phase.VOIDED]))
        return transfers.end(reservation, phase=phase, key=key, at=AT)
    if wish == "reverse" and posted:
        return transfers.reverse(draw(st.sampled_from(posted)), key=key, at=AT)
    build = transfers.reserve if wish == "reserve" else transfers.move
    return build(key=key, debit=debit, credit=credit, amount_fen=amount_fen, at=AT)


@st.composite
def a_life(draw: st.DrawFn) -> list[tuple[Book, Transfer, Book]]:
    """Draw a run of transfers with the book before and after each; refused ones change nothing."""
    book = books.record(EMPTY, move("seed", "investors", "road", 1000))
    steps = []
    for number in range(draw(st.integers(0, 25))):
        transfer = draw(a_transfer(book, number))
        try:
            after = books.record(book, transfer)
        except Refused:
            after = book
        steps.append((book, transfer, after))
        book = after
    return steps


@given(a_life())
@settings(max_examples=150)
def test_money_is_neither_made_nor_lost(life: list[tuple[Book, Transfer, Book]]) -> None:
    for _, _, book in life:
        assert sum(balance.posted_fen for balance in book.balances.values()) == 0
        debits = sum(balance.debits_pending_fen for balance in book.balances.values())
        hoped = sum(balance.credits_pending_fen for balance in book.balances.values())
        assert debits == hoped


@given(a_life())
@settings(max_examples=150)
def test_no_bounded_account_goes_below_zero_with_reservations_counted(
    life: list[tuple[Book, Transfer, Book]],
) -> None:
    for _, _, book in life:
        for account in ACCOUNTS:
            balance = book.balances[account.code]
            assert account.may_go_negative or balance.available_fen >= 0
            assert min(balance.debits_pending_fen, balance.credits_pending_fen) >= 0


@given(a_life())
def test_balances_are_the_sums_of_the_transfers(
    life: list[tuple[Book, Transfer, Book]],
) -> None:
    for _, _, book in life[-1:]:
        open_keys = {
            key
            for key, transfer in book.transfers.items()
            if transfer.phase is Phase.PENDING and key not in book.ended
        }
        for code, balance in book.balances.items():
            posted = [one for one in book.transfers.values() if one.phase is Phase.POSTED]
            expected = sum(one.amount_fen for one in posted if one.credit == code)
            expected -= sum(one.amount_fen for one in posted if one.debit == code)
            assert balance.posted_fen == expected
            held = [book.transfers[key] for key in open_keys]
            assert balance.debits_pending_fen == sum(
                one.amount_fen for one in held if one.debit == code
            )


@given(a_life())
def test_recording_again_changes_nothing(life: list[tuple[Book, Transfer, Book]]) -> None:
    for _, transfer, book in life:
        if transfer.key in book.transfers:
            assert books.record(book, transfer) is book


@given(st.integers(1, 1000))
def test_a_reversal_restores_the_balances(amount_fen: int) -> None:
    book = arrived()
    payment = move("payment", "road", "payees", amount_fen)
    paid = books.record(book, payment)
    undone = books.record(paid, transfers.reverse(payment, key="back", at=AT))
    assert {code: balance.available_fen for code, balance in undone.balances.items()} == {
        code: balance.available_fen for code, balance in book.balances.items()
    }
    again = refused(undone, transfers.reverse(payment, key="twice", at=AT))
    assert (again.code, again.figures) == ("ledger.already-reversed", {"transfer": "payment"})


def test_a_reservation_holds_the_money_before_it_moves() -> None:
    book = books.record(arrived(), reserve("r1", 700))
    road = book.balances["road"]
    assert (road.posted_fen, road.available_fen) == (1000, 300)
    found = refused(book, move("p", "road", "payees", 301))
    assert found.code == "ledger.insufficient"
    assert found.figures == {"account": "road", "available_fen": 300, "needed_fen": 301}


@pytest.mark.parametrize(
    ("phase", "posted_fen"), [(Phase.POSTED, 300), (Phase.VOIDED, 1000), (Phase.EXPIRED, 1000)]
)
def test_a_reservation_ends_once(phase: Phase, posted_fen: int) -> None:
    over_at = AT + timedelta(days=1)
    held = reserve("r1", 700, expires_at=over_at)
    book = books.record(arrived(), held)
    at = over_at if phase is Phase.EXPIRED else AT
    book = books.record(book, transfers.end(held, phase=phase, key="end", at=at))
    road = book.balances["road"]
    assert (road.posted_fen, road.available_fen, road.debits_pending_fen) == (
        posted_fen,
        posted_fen,
        0,
    )
    for other in (Phase.POSTED, Phase.VOIDED):
        found = refused(book, transfers.end(held, phase=other, key=f"again-{other}", at=AT))
        assert found.code == "ledger.already-ended"


def test_the_time_of_a_reservation_is_kept_to_the_moment() -> None:
    over_at = AT + timedelta(days=1)
    held = reserve("r1", 700, expires_at=over_at)
    with pytest.raises(Refused, match="reservation-expired"):
        transfers.end(held, phase=Phase.POSTED, key="p", at=over_at)
    with pytest.raises(Refused, match="reservation-not-expired"):
        transfers.end(held, phase=Phase.EXPIRED, key="e", at=over_at - timedelta(microseconds=1))
    with pytest.raises(Refused, match="reservation-not-expired"):
        transfers.end(reserve("r2", 1), phase=Phase.EXPIRED, key="e", at=over_at)
    with pytest.raises(Refused, match="expires-before"):
        reserve("r3", 1, expires_at=AT)


def test_money_expected_is_not_money_available() -> None:
    coming = transfers.reserve(
        key="coming", debit="investors", credit="road", amount_fen=500, at=AT
    )
    book = books.record(EMPTY, coming)
    assert book.balances["road"].credits_pending_fen == 500
    assert refused(book, move("p", "road", "payees", 1)).figures["available_fen"] == 0


def test_linked_transfers_are_all_or_nothing() -> None:
    book = arrived()
    linked = (move("a", "road", "parking", 600), move("b", "road", "parking", 600))
    with pytest.raises(Refused, match="insufficient"):
        books.record_all(book, linked)
    assert book == arrived()
    whole = books.record_all(book, (linked[0], move("c", "parking", "payees", 600)))
    assert whole.balances["payees"].posted_fen == 600


def test_a_receiver_that_has_spent_the_money_cannot_give_it_back() -> None:
    grant = move("grant", "road", "parking", 600)
    book = books.record_all(arrived(), (grant, move("spent", "parking", "payees", 600)))
    found = refused(book, transfers.reverse(grant, key="back", at=AT))
    assert found.figures == {"account": "parking", "available_fen": 0, "needed_fen": 600}


def test_a_key_used_for_something_else_is_refused() -> None:
    book = arrived()
    assert refused(book, move("arrival", "investors", "road", 1001)).code == "ledger.key-reused"


def test_what_does_not_fit_the_book_is_refused() -> None:
    book = arrived()
    assert refused(book, move("x", "road", "nowhere", 1)).code == "ledger.account-unknown"
    unknown = transfers.end(reserve("r9", 5), phase=Phase.VOIDED, key="v", at=AT)
    assert refused(book, unknown).code == "ledger.transfer-unknown"
    with pytest.raises(Refused, match="not-a-reservation"):
        transfers.end(book.transfers["arrival"], phase=Phase.VOIDED, key="v", at=AT)
    with pytest.raises(Refused, match="not-posted"):
        transfers.reverse(reserve("r9", 5), key="v", at=AT)
    undo = transfers.reverse(book.transfers["arrival"], key="undo", at=AT)
    with pytest.raises(Refused, match="reversal-of-reversal"):
        transfers.reverse(undo, key="redo", at=AT)
    with pytest.raises(Refused, match="account-twice"):
        books.opened((ACCOUNTS[0], ACCOUNTS[0]))


@pytest.mark.parametrize("amount_fen", [0, -1, FEN_MAX + 1])
def test_an_amount_out_of_range_cannot_be_built(amount_fen: int) -> None:
    with pytest.raises(Refused, match="amount-out-of-range"):
        move("x", "road", "payees", amount_fen)


def test_an_account_to_itself_cannot_be_built() -> None:
    with pytest.raises(Refused, match="same-account"):
        move("x", "road", "road", 1)


@pytest.mark.parametrize("code", ["", "Road", "路", "a b", "-a", "a-", "a" * 31, "a\n", "a;b"])
def test_a_code_that_cannot_be_read_is_refused(code: str) -> None:
    with pytest.raises(Refused, match="code-unreadable"):
        Account(code, Kind.FUND)


def test_a_fund_is_always_bounded() -> None:
    with pytest.raises(Refused, match="fund-is-bounded"):
        Account("road", Kind.FUND, may_go_negative=True)
    assert accounts.CODE.fullmatch("bond:12/project:7")
