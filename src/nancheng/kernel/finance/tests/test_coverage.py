"""Coverage multiples from the yearly table, their strains and their dated limits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.kernel.finance import bonds, coverage, rounding
from nancheng.kernel.finance.bonds import Bond
from nancheng.kernel.finance.coverage import CashYear, Factor, Threshold
from nancheng.kernel.refusal import Refused

WAN = 1_000_000
YI = 10_000 * WAN
SUMS = st.integers(0, 10**13)
TABLES = st.lists(
    st.tuples(SUMS, SUMS, SUMS, st.integers(1, 10**13), SUMS, SUMS), min_size=1, max_size=12
).map(lambda rows: [CashYear(2021 + number, *row) for number, row in enumerate(rows)])
PASSING = Threshold("", "", date(2020, 1, 1), Fraction(11, 10), Fraction(12, 10))


def plan() -> list[CashYear]:
    """Return the vector: 1 亿元 at 3.03 % for ten years, 1,600 万元 a year from the second on."""
    terms = Bond(YI, Decimal("0.0303"), date(2020, 9, 15), 10, 2)
    years = []
    for year in range(2021, 2031):
        due = [one for one in bonds.schedule(terms) if one.due_on.year == year]
        years.append(
            CashYear(
                year,
                income_fen=2000 * WAN if year > 2021 else 0,
                cost_fen=300 * WAN if year > 2021 else 0,
                tax_fen=100 * WAN if year > 2021 else 0,
                principal_fen=sum(one.principal_fen for one in due),
                interest_fen=sum(one.interest_fen for one in due),
            )
        )
    return years


def test_the_published_vector() -> None:
    multiple = coverage.bond_multiple(plan())
    assert multiple == Fraction(14_400, 13_030)
    assert rounding.shown(multiple, places=4) == Decimal("1.1051")


def test_it_passes_eleven_tenths_and_fails_twelve() -> None:
    one = Fraction(1)
    passes = Threshold("", "", date(2020, 1, 1), Fraction(11, 10), one)
    fails = Threshold("", "", date(2020, 1, 1), Fraction(12, 10), one)
    assert [found.code for found in coverage.findings(plan(), passes)] == [
        "coverage.fails-under-stress"
    ]
    assert [found.code for found in coverage.findings(plan(), fails)] == [
        "coverage.bond-too-low",
        "coverage.fails-under-stress",
    ]


def test_stress_takes_from_income_and_adds_to_cost() -> None:
    # 9 years × (0.9 × 2000 − 1.1 × 300 − 100) = 12,330 万元
    assert coverage.stressed(plan()) == Fraction(12_330, 13_030)


def test_a_limit_itself_passes_and_an_incredible_multiple_does_not() -> None:
    rich = [CashYear(2021, 400, 0, 0, 100, 0)]
    at_limit = Threshold("", "", date(2020, 1, 1), Fraction(4), Fraction(4), Fraction(4))
    assert coverage.findings(rich, at_limit) == ()
    strict = Threshold("", "", date(2020, 1, 1), Fraction(1), Fraction(1), Fraction(3))
    (found,) = coverage.findings(rich, strict)
    assert found == coverage.Finding("coverage.not-believed", Fraction(4), Fraction(3))


def test_other_debts_count_in_the_total_only() -> None:
    table = [CashYear(2021, 360, 0, 0, 100, 20, other_service_fen=180)]
    assert coverage.bond_multiple(table) == 3
    assert coverage.total_multiple(table) == Fraction(6, 5)


def test_the_most_specific_then_the_latest_setting_is_in_force() -> None:
    def setting(province: str, sector: str, year: int) -> Threshold:
        one = Fraction(1)
        return Threshold(province, sector, date(year, 1, 1), one, one, basis=f"{year}")

    known = [
        setting("", "", 2019),
        setting("甲省", "", 2019),
        setting("甲省", "", 2021),
        setting("甲省", "停车场", 2020),
        setting("乙省", "停车场", 2020),
        setting("", "停车场", 2023),
    ]

    def basis(province: str, sector: str, on: date) -> tuple[str, str, str] | None:
        found = coverage.threshold_on(known, province=province, sector=sector, on=on)
        return (found.province, found.sector, found.basis) if found else None

    assert basis("甲省", "停车场", date(2024, 1, 1)) == ("甲省", "停车场", "2020")
    assert basis("甲省", "停车场", date(2019, 12, 31)) == ("甲省", "", "2019")
    assert basis("甲省", "道路", date(2021, 1, 1)) == ("甲省", "", "2021")
    assert basis("丙省", "停车场", date(2023, 1, 1)) == ("", "停车场", "2023")
    assert basis("丙省", "道路", date(2018, 12, 31)) is None


@given(TABLES)
def test_strain_never_helps(table: list[CashYear]) -> None:
    assert coverage.stressed(table) <= coverage.bond_multiple(table)
    assert coverage.stressed(table, income=Fraction(1), cost=Fraction(1)) == coverage.bond_multiple(
        table
    )


@given(TABLES)
def test_sensitivity_moves_the_right_way(table: list[CashYear]) -> None:
    plain = coverage.bond_multiple(table)
    rows = coverage.sensitivities(table)
    assert len(rows) == len(Factor) * len(coverage.STEPS)
    for row in rows:
        if row.factor is Factor.INCOME:
            assert (row.multiple - plain) * row.change >= 0
        if row.factor is Factor.COST:
            assert (row.multiple - plain) * row.change <= 0
        if row.factor in (Factor.RATE, Factor.PRINCIPAL) and plain >= 0:
            assert (row.multiple - plain) * row.change <= 0


@given(TABLES)
def test_the_order_of_the_years_does_not_matter(table: list[CashYear]) -> None:
    assert coverage.total_multiple(table) == coverage.total_multiple(table[::-1])
    assert coverage.total_multiple(table) <= coverage.bond_multiple(table) or (
        coverage.bond_multiple(table) < 0
    )


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ([], "coverage.no-years"),
        ([CashYear(2021, 1, 0, 0, 0, 0)], "coverage.no-debt"),
        ([CashYear(2021, 1, 0, 0, 1, 0)] * 2, "coverage.year-twice"),
    ],
)
def test_a_table_that_says_nothing_is_refused(table: list[CashYear], code: str) -> None:
    for ask in (coverage.bond_multiple, coverage.total_multiple, coverage.stressed):
        with pytest.raises(Refused) as caught:
            ask(table)
        assert caught.value.code == code


def test_a_year_below_zero_cannot_be_built() -> None:
    with pytest.raises(Refused, match="below-zero"):
        CashYear(2021, 1, -1, 0, 0, 0)


@given(st.fractions(-(10**9), 10**9))
def test_rounding_goes_half_away_from_zero(exact: Fraction) -> None:
    rounded = rounding.half_up(exact)
    assert abs(exact - rounded) <= Fraction(1, 2)
    assert rounding.half_up(-exact) == -rounded
    assert rounding.half_up(Fraction(5, 2)) == 3
