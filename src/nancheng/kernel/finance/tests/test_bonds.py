"""Bond arithmetic: published vectors, an independent library, and sums that must add up."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import QuantLib
from hypothesis import given, settings
from hypothesis import strategies as st

from nancheng.kernel.finance import bonds
from nancheng.kernel.finance.bonds import Bond, Repayment
from nancheng.kernel.refusal import Refused

YI = 10_000_000_000  # 1 亿元
WAN = 1_000_000  # 1 万元
COUPONS = st.integers(1, 900).map(lambda points: Decimal(points).scaleb(-4))
TERMS = st.tuples(
    st.dates(date(2015, 1, 1), date(2030, 12, 31)),
    st.integers(1, 30),
    st.sampled_from(bonds.FREQUENCIES),
    st.booleans(),
)


# Working days of the autumn of 2020: the 27th was a worked Sunday, 1 to 8 October were holidays.
WORKED = [date(2020, 9, day) for day in (21, 22, 23, 24, 25, 27, 28, 29, 30)]
WORKED += [date(2020, 10, day) for day in (9, 10, 12)]


def on_or_after(on: date) -> date:
    return min(day for day in WORKED if day >= on)


def backward(on: date, count: int) -> date:
    return [day for day in WORKED if day < on][-count]


def bond(face_fen: int = YI, coupon: str = "0.0303", **changes: object) -> Bond:
    facts: dict[str, object] = {"interest_from": date(2020, 9, 15), "years": 10, "frequency": 2}
    return Bond(face_fen, Decimal(coupon), **(facts | changes))  # type: ignore[arg-type]


def refusal(**changes: object) -> Refused:
    with pytest.raises(Refused) as caught:
        bond(**changes)  # type: ignore[arg-type]
    return caught.value


def quantlib_dates(terms: tuple[date, int, int, bool]) -> list[date]:
    begins, years, frequency, month_end = terms
    first = QuantLib.Date(begins.day, begins.month, begins.year)
    step = QuantLib.Period(12 // frequency, QuantLib.Months)
    dates = [first]
    for number in range(1, years * frequency + 1):
        reached = QuantLib.NullCalendar().advance(
            first, step * number, QuantLib.Unadjusted, month_end
        )
        dates.append(QuantLib.Date.endOfMonth(reached) if month_end else reached)
    return [date(one.year(), one.month(), one.dayOfMonth()) for one in dates]


def test_a_ten_year_bond_of_one_hundred_million() -> None:
    installments = bonds.schedule(bond())
    assert [one.interest_fen for one in installments] == [151_500_000] * 20
    assert sum(one.interest_fen for one in installments) == 3_030_000_000
    assert [one.principal_fen for one in installments] == [0] * 19 + [YI]
    paid_fen = sum(one.total_fen for one in installments)
    assert paid_fen == 13_030_000_000
    assert bonds.fee_fen(paid_fen, per_mille=Decimal("0.05")) == 651_500


def test_the_landscape_projects_share() -> None:
    share = bonds.coupon_shares({"landscape": 1212 * WAN}, coupon=Decimal("0.0327"), frequency=2)
    assert share == {"landscape": 19_816_200}


def test_a_years_interest_on_all_three_batches() -> None:
    whole = bond(117 * YI // 10, "0.0330", frequency=1)
    assert {one.interest_fen for one in bonds.schedule(whole)} == {3_861_000_000}


def test_half_yearly_dates_at_the_end_of_the_month() -> None:
    ends = bond(interest_from=date(2017, 3, 31), month_end=True)
    dates = [one.due_on for one in bonds.schedule(ends)]
    assert dates[:3] == [date(2017, 9, 30), date(2018, 3, 31), date(2018, 9, 30)]
    assert bonds.matures_on(ends) == date(2027, 3, 31)
    yearly = bond(interest_from=date(2021, 1, 25), years=5, frequency=1)
    assert [one.due_on for one in bonds.schedule(yearly)] == [
        date(year, 1, 25) for year in range(2022, 2027)
    ]


@given(TERMS)
@settings(max_examples=200)
def test_the_dates_agree_with_an_independent_library(terms: tuple[date, int, int, bool]) -> None:
    begins, years, frequency, month_end = terms
    ours = bond(interest_from=begins, years=years, frequency=frequency, month_end=month_end)
    expected = quantlib_dates(terms)
    assert [one.due_on for one in bonds.schedule(ours)] == expected[1:]
    assert [one.from_on for one in bonds.schedule(ours)] == expected[:-1]


@given(
    st.dates(date(2015, 1, 1), date(2028, 12, 28)),
    st.sampled_from(bonds.FREQUENCIES),
    COUPONS,
    st.integers(0, 3600),
)
@settings(max_examples=150, deadline=None)
def test_accrual_agrees_with_an_independent_library(
    begins: date, frequency: int, coupon: Decimal, after: int
) -> None:
    begins = begins.replace(day=min(begins.day, 28))
    ours = bond(coupon=str(coupon), interest_from=begins, frequency=frequency)
    on = begins + timedelta(days=after)
    schedule = QuantLib.Schedule(
        QuantLib.Date(begins.day, begins.month, begins.year),
        QuantLib.Date(begins.day, begins.month, begins.year + 10),
        QuantLib.Period(12 // frequency, QuantLib.Months),
        QuantLib.NullCalendar(),
        QuantLib.Unadjusted,
        QuantLib.Unadjusted,
        QuantLib.DateGeneration.Forward,
        False,
    )
    counting = QuantLib.ActualActual(QuantLib.ActualActual.ISMA, schedule)
    theirs = QuantLib.FixedRateBond(0, 100.0, schedule, [float(coupon)], counting)
    accrued = theirs.accruedAmount(QuantLib.Date(on.day, on.month, on.year))
    # The library calculates in floating point on a face of 100; ours is exact on a face of 1 亿.
    assert bonds.accrued_fen(ours, on=on) == pytest.approx(accrued * YI / 100, abs=2)


def test_accrual_counts_the_leap_day_and_starts_again_on_each_interest_date() -> None:
    leap = bond(face_fen=366_000_000, coupon="0.01", interest_from=date(2019, 3, 1), frequency=1)
    assert bonds.accrued_fen(leap, on=date(2020, 2, 29)) == 3_650_000
    assert bonds.accrued_fen(leap, on=date(2020, 3, 1)) == 0
    for outside in (date(2019, 2, 28), date(2029, 3, 1)):
        with pytest.raises(Refused, match="not-running"):
            bonds.accrued_fen(leap, on=outside)


def test_a_payday_on_a_holiday_moves_without_more_interest() -> None:
    assert bonds.payday(date(2020, 10, 1), on_or_after=on_or_after) == date(2020, 10, 9)
    assert bonds.payday(date(2020, 9, 27), on_or_after=on_or_after) == date(2020, 9, 27)
    handed = bonds.handover_on(
        date(2020, 10, 1), lead_days=5, on_or_after=on_or_after, backward=backward
    )
    assert handed == date(2020, 9, 25)
    holiday = bond(interest_from=date(2020, 4, 1))
    assert {one.interest_fen for one in bonds.schedule(holiday)} == {151_500_000}


def test_what_is_repaid_early_bears_no_more_interest() -> None:
    early = bond(repayments=(Repayment(date(2025, 9, 15), 4 * YI // 10),))
    installments = bonds.schedule(early)
    assert [one.interest_fen for one in installments] == [151_500_000] * 10 + [90_900_000] * 10
    assert sum(one.principal_fen for one in installments) == YI
    whole = bond(repayments=(Repayment(date(2025, 9, 15), YI),))
    assert len(bonds.schedule(whole)) == 10
    with pytest.raises(Refused, match="not-running"):
        bonds.accrued_fen(whole, on=date(2025, 9, 16))


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))), COUPONS)
def test_yearly_parts_repay_the_face(years: tuple[int, int], coupon: Decimal) -> None:
    term, first_year = years
    ours = bonds.yearly_parts(
        face_fen=YI + 1,
        coupon=coupon,
        interest_from=date(2020, 9, 15),
        years=term,
        frequency=2,
        first_year=first_year,
    )
    parts = [one.principal_fen for one in bonds.schedule(ours) if one.principal_fen]
    assert (sum(parts), len(parts)) == (YI + 1, term - first_year + 1)
    assert max(parts) - min(parts) < term
    interest = [one.interest_fen for one in bonds.schedule(ours)]
    assert interest == sorted(interest, reverse=True)


@given(
    st.dictionaries(st.text("abcdef", min_size=1), st.integers(1, 10**13), min_size=1),
    COUPONS,
    st.sampled_from(bonds.FREQUENCIES),
)
def test_the_projects_shares_add_up_to_the_bonds_interest(
    allocations: dict[str, int], coupon: Decimal, frequency: int
) -> None:
    shares = bonds.coupon_shares(allocations, coupon=coupon, frequency=frequency)
    whole = bond(sum(allocations.values()), str(coupon), frequency=frequency)
    assert sum(shares.values()) == bonds.schedule(whole)[0].interest_fen
    largest = max(allocations.values())
    for name, share_fen in shares.items():
        exact = Fraction(coupon) * allocations[name] / frequency
        slack = Fraction(1, 2) if allocations[name] < largest else Fraction(len(allocations) + 1, 2)
        assert abs(share_fen - exact) <= slack


def test_the_missing_fen_is_on_the_largest_share_whatever_the_order() -> None:
    thirds = {"b": 100, "a": 100, "c": 100}  # 1/3 fen each, 1 fen together
    shares = bonds.coupon_shares(thirds, coupon=Fraction(1, 300), frequency=1)
    assert shares == {"a": 1, "b": 0, "c": 0}
    uneven = bonds.coupon_shares({"a": 100, "b": 101}, coupon=Fraction(1, 200), frequency=1)
    assert uneven == {"a": 1, "b": 0}  # 0.5 → 1 and 0.505 → 1, but 1.005 → 1 together


def test_fees_round_half_up_to_the_fen() -> None:
    assert bonds.fee_fen(10_000, per_mille=Decimal("0.05")) == 1
    assert bonds.fee_fen(9_999, per_mille=Decimal("0.05")) == 0
    assert bonds.fee_fen(YI, per_mille=Decimal("0.8")) == 8_000_000
    assert bonds.fee_fen(YI, per_mille=Decimal("0.064")) == 640_000


def test_late_payment_costs_twice_the_coupon_by_the_day() -> None:
    assert bonds.late_fen(151_500_000, days=10, coupon=Decimal("0.0303"), year_days=365) == 251_532
    assert bonds.late_fen(151_500_000, days=0, coupon=Decimal("0.0303"), year_days=365) == 0
    year = bonds.late_fen(36_600, days=366, coupon=Decimal("0.05"), year_days=366, times=1)
    assert year == 1_830


@pytest.mark.parametrize(
    "changes",
    [
        {"face_fen": 0},
        {"coupon": "-0.01"},
        {"coupon": "3.03"},
        {"years": 0},
        {"years": 51},
        {"frequency": 4},
        {"repayments": (Repayment(date(2025, 9, 15), 0),)},
    ],
)
def test_terms_out_of_range_cannot_be_built(changes: dict[str, object]) -> None:
    found = refusal(**changes)
    assert (found.code, found.figures) == (
        "bond.terms-out-of-range",
        {"term": next(iter(changes))},
    )


def test_repayments_must_fit_the_bond() -> None:
    off = refusal(repayments=(Repayment(date(2025, 9, 16), 1),))
    assert off.code == "bond.repayment-not-on-an-interest-date"
    beyond = refusal(repayments=(Repayment(date(2025, 9, 15), YI), Repayment(date(2026, 9, 15), 1)))
    assert beyond.figures == {"repaid_fen": YI + 1, "face_fen": YI}
