"""Whether a project's own income carries its debt (本息覆盖倍数), and under which strain no longer.

The multiple is computed from the yearly table, never typed in. There is no national threshold:
each is a dated setting of a province and a sector, with a lower and an upper limit, because a
multiple too high to be believed is sent back as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from nancheng.kernel.finance import rounding
from nancheng.kernel.refusal import Refused

# Usual self-check of an implementation plan: income −10 %, cost +10 %, and still above 1.
STRESS_INCOME = Fraction(9, 10)
STRESS_COST = Fraction(11, 10)
STRESS_MIN = Fraction(1)
# Usual sensitivity table: ±2 … ±8 % of one factor at a time.
STEPS = tuple(Fraction(step, 100) for step in (-8, -6, -4, -2, 2, 4, 6, 8))


@dataclass(frozen=True, slots=True)
class CashYear:
    """One year of the plan, in fen: what comes in, what it costs, what the debts take.

    ``cost_fen`` is operating cost before any cost of financing. ``principal_fen`` and
    ``interest_fen`` are of the special bonds, ``other_service_fen`` of all other debts.
    """

    year: int
    income_fen: int
    cost_fen: int
    tax_fen: int
    principal_fen: int
    interest_fen: int
    other_service_fen: int = 0

    def __post_init__(self) -> None:
        sums = (
            self.income_fen,
            self.cost_fen,
            self.tax_fen,
            self.principal_fen,
            self.interest_fen,
            self.other_service_fen,
        )
        if min(sums) < 0:
            raise Refused("coverage.below-zero", year=self.year)

    @property
    def disposable_fen(self) -> int:
        """Return income less operating cost and taxes; may be below zero."""
        return self.income_fen - self.cost_fen - self.tax_fen


class Factor(StrEnum):
    """What a sensitivity table varies."""

    INCOME = "income"
    COST = "cost"
    RATE = "rate"
    PRINCIPAL = "principal"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A dated setting of one province and sector; an empty name means every one.

    ``min_bond`` is for the bonds alone, ``min_total`` for all debts, ``max_total`` the multiple
    beyond which the plan is not believed, if there is such a limit. ``basis`` names the document.
    """

    province: str
    sector: str
    valid_from: date
    min_bond: Fraction
    min_total: Fraction
    max_total: Fraction | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One limit that a plan does not keep: its code, the figure found and the limit."""

    code: str
    found: Fraction
    limit: Fraction


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The bond multiple when one factor moves by ``change`` (a fraction: −2/100)."""

    factor: Factor
    change: Fraction
    multiple: Fraction


def bond_multiple(table: Sequence[CashYear]) -> Fraction:
    """Return Σ disposable income ÷ Σ principal and interest of the bonds.

    Raises Refused "coverage.no-years", "coverage.year-twice" (year), "coverage.no-debt".
    """
    _check(table)
    return _divided(table, sum(year.principal_fen + year.interest_fen for year in table))


def total_multiple(table: Sequence[CashYear]) -> Fraction:
    """Return Σ disposable income ÷ Σ principal and interest of all debts; raises as above."""
    _check(table)
    return _divided(
        table,
        sum(year.principal_fen + year.interest_fen + year.other_service_fen for year in table),
    )


def stressed(
    table: Sequence[CashYear],
    *,
    income: Fraction = STRESS_INCOME,
    cost: Fraction = STRESS_COST,
) -> Fraction:
    """Return the bond multiple with income and cost scaled; taxes stay, as the prudent case."""
    _check(table)
    disposable = sum(
        (income * year.income_fen - cost * year.cost_fen - year.tax_fen for year in table),
        Fraction(),
    )
    service_fen = sum(year.principal_fen + year.interest_fen for year in table)
    if not service_fen:
        raise Refused("coverage.no-debt")
    return disposable / service_fen


def sensitivities(
    table: Sequence[CashYear], *, steps: Iterable[Fraction] = STEPS
) -> tuple[Sensitivity, ...]:
    """Return the multiple for each factor and step, one factor at a time.

    A change of the principal changes its interest with it.
    """
    return tuple(
        Sensitivity(factor, change, _varied(table, factor, by=1 + change))
        for factor in Factor
        for change in steps
    )


def threshold_on(
    thresholds: Iterable[Threshold], *, province: str, sector: str, on: date
) -> Threshold | None:
    """Return the setting in force: the most specific, then the latest; None if there is none."""
    fitting = [
        threshold
        for threshold in thresholds
        if threshold.province in ("", province)
        and threshold.sector in ("", sector)
        and threshold.valid_from <= on
    ]
    return max(
        fitting,
        key=lambda one: (one.province != "", one.sector != "", one.valid_from),
        default=None,
    )


def findings(table: Sequence[CashYear], threshold: Threshold) -> tuple[Finding, ...]:
    """Return every limit the plan does not keep; none means it passes. Limits themselves pass."""
    bond, total, strained = bond_multiple(table), total_multiple(table), stressed(table)
    found = []
    if bond < threshold.min_bond:
        found.append(Finding("coverage.bond-too-low", bond, threshold.min_bond))
    if total < threshold.min_total:
        found.append(Finding("coverage.total-too-low", total, threshold.min_total))
    if threshold.max_total is not None and total > threshold.max_total:
        found.append(Finding("coverage.not-believed", total, threshold.max_total))
    if strained <= STRESS_MIN:
        found.append(Finding("coverage.fails-under-stress", strained, STRESS_MIN))
    return tuple(found)


def scaled(year: CashYear, *, factor: Factor, by: Fraction) -> CashYear:
    """Return a year with one factor scaled, its sums rounded half up to the fen."""
    if factor is Factor.INCOME:
        return replace(year, income_fen=rounding.half_up(by * year.income_fen))
    if factor is Factor.COST:
        return replace(year, cost_fen=rounding.half_up(by * year.cost_fen))
    interest_fen = rounding.half_up(by * year.interest_fen)
    if factor is Factor.RATE:
        return replace(year, interest_fen=interest_fen)
    principal_fen = rounding.half_up(by * year.principal_fen)
    return replace(year, principal_fen=principal_fen, interest_fen=interest_fen)


def _varied(table: Sequence[CashYear], factor: Factor, *, by: Fraction) -> Fraction:
    return bond_multiple([scaled(year, factor=factor, by=by) for year in table])


def _divided(table: Sequence[CashYear], service_fen: int) -> Fraction:
    if not service_fen:
        raise Refused("coverage.no-debt")
    return Fraction(sum(year.disposable_fen for year in table), service_fen)


def _check(table: Sequence[CashYear]) -> None:
    if not table:
        raise Refused("coverage.no-years")
    seen: set[int] = set()
    for year in table:
        if year.year in seen:
            raise Refused("coverage.year-twice", year=year.year)
        seen.add(year.year)
