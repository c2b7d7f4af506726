"""A special-purpose bond (专项债券): its interest, repayments, accrual, fees and shares.

Book-entry, fixed rate, coupon-bearing. Terms are data, because they differ by issue and province:
coupon, frequency, fees, lead time and the rate for late payment come from the issue or the
on-lending agreement, none is fixed here. Sums are whole fen and each is rounded half up once; what
is not yet a sum is an exact fraction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from nancheng.kernel.finance import months, rounding
from nancheng.kernel.finance.rounding import Rate
from nancheng.kernel.refusal import Refused

FREQUENCIES = (1, 2)
YEARS_MAX = 50
COUPON_MAX = Fraction(1, 4)
PER_MILLE = 1000


@dataclass(frozen=True, slots=True)
class Repayment:
    """Principal paid back before maturity, on one of the bond's interest dates."""

    due_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Bond:
    """The terms of one bond.

    ``coupon`` is the yearly rate (0.0303 for 3.03 %), ``frequency`` the interest dates a year (1
    or 2), ``repayments`` what is paid back early or in yearly parts; the rest is paid at maturity.
    With ``month_end`` all dates are the last of their month (03-31 and 09-30), else they keep the
    day of ``interest_from`` (起息日).

    Raises Refused "bond.terms-out-of-range" (term), "bond.repayment-not-on-an-interest-date"
    (due_on), "bond.repaid-beyond-face" (repaid_fen, face_fen).
    """

    face_fen: int
    coupon: Rate
    interest_from: date
    years: int
    frequency: int
    repayments: tuple[Repayment, ...] = ()
    month_end: bool = False

    def __post_init__(self) -> None:
        for term, fits in (
            ("face_fen", self.face_fen > 0),
            ("coupon", 0 <= Fraction(self.coupon) <= COUPON_MAX),
            ("years", 1 <= self.years <= YEARS_MAX),
            ("frequency", self.frequency in FREQUENCIES),
        ):
            if not fits:
                raise Refused("bond.terms-out-of-range", term=term)
        _check_repayments(self)


@dataclass(frozen=True, slots=True)
class Installment:
    """What falls due on one interest date.

    The period is half-open: interest runs from ``from_on`` up to ``due_on``. ``due_on`` is the date
    of the terms; ``payday`` says when money moves if that is a rest day. ``outstanding_fen`` is the
    principal on which the interest ran.
    """

    number: int
    from_on: date
    due_on: date
    outstanding_fen: int
    interest_fen: int
    principal_fen: int

    @property
    def total_fen(self) -> int:
        """Return principal and interest together."""
        return self.interest_fen + self.principal_fen


def schedule(bond: Bond) -> tuple[Installment, ...]:
    """Return every interest date until all is repaid; the principal adds up to the face."""
    repaid = _repaid_by_date(bond)
    outstanding_fen = bond.face_fen
    installments = []
    for number, (from_on, due_on) in enumerate(periods(bond), start=1):
        last = number == bond.years * bond.frequency
        principal_fen = outstanding_fen if last else repaid.get(due_on, 0)
        interest_fen = rounding.half_up(_coupon(bond, outstanding_fen))
        installments.append(
            Installment(number, from_on, due_on, outstanding_fen, interest_fen, principal_fen)
        )
        outstanding_fen -= principal_fen
        if not outstanding_fen:
            break
    return tuple(installments)


def periods(bond: Bond) -> Iterator[tuple[date, date]]:
    """Yield the interest periods as (first day, interest date)."""
    step = 12 // bond.frequency
    for number in range(bond.years * bond.frequency):
        yield _anchored(bond, number * step), _anchored(bond, (number + 1) * step)


def matures_on(bond: Bond) -> date:
    """Return the date of the last repayment by the terms."""
    return _anchored(bond, bond.years * 12)


def payday(due_on: date, *, on_or_after: Callable[[date], date]) -> date:
    """Return when money moves: a rest day moves to the next working day, without more interest.

    ``on_or_after`` is the working calendar's answer: the day itself if it is worked, else the next.
    """
    return on_or_after(due_on)


def handover_on(
    due_on: date,
    *,
    lead_days: int,
    on_or_after: Callable[[date], date],
    backward: Callable[[date, int], date],
) -> date:
    """Return the last day for the zone's money to reach the level above.

    ``lead_days`` (提前还款天数) are working days before the day the money moves; ``backward`` is
    the working calendar's answer for so many working days before a day.
    """
    return backward(payday(due_on, on_or_after=on_or_after), lead_days)


def accrued_fen(bond: Bond, *, on: date) -> int:
    """Return the interest run up at the start of a day, in fen.

    ACT/ACT within the period: coupon × days run ÷ days of the period, 29 February included. Nothing
    has run on an interest date itself. Raises Refused "bond.not-running" (on).
    """
    for installment in schedule(bond):
        if installment.from_on <= on < installment.due_on:
            run = (on - installment.from_on).days
            days = (installment.due_on - installment.from_on).days
            exact = _coupon(bond, installment.outstanding_fen) * run / days
            return rounding.half_up(exact)
    raise Refused("bond.not-running", on=on)


def coupon_shares(
    allocations_fen: Mapping[str, int], *, coupon: Rate, frequency: int
) -> dict[str, int]:
    """Return each project's share of one period's interest, in fen.

    A share is allocation × coupon ÷ frequency rounded half up; the fen then missing or over are
    put on the largest share, so that the shares add up to the interest on the whole bond.
    """
    assert frequency in FREQUENCIES, frequency
    exact = {
        name: Fraction(coupon) * allocated_fen / frequency
        for name, allocated_fen in allocations_fen.items()
    }
    return rounding.split(rounding.half_up(sum(exact.values(), Fraction())), exact)


def fee_fen(base_fen: int, *, per_mille: Rate) -> int:
    """Return a fee of so many ‰, in fen.

    The base is the face for issue and registration, principal and interest paid for redemption.
    """
    assert base_fen >= 0, base_fen
    return rounding.half_up(Fraction(per_mille) * base_fen / PER_MILLE)


def late_fen(overdue_fen: int, *, days: int, coupon: Rate, year_days: int, times: int = 2) -> int:
    """Return what late payment costs: overdue × days × (times × coupon ÷ days of the year), in fen.

    ``year_days`` is 365 or 366, as the agreement says. Twice the coupon is the agency rule of 2013
    that on-lending agreements follow; another multiple may be agreed.
    """
    assert days >= 0, days
    assert year_days in (365, 366), year_days
    return rounding.half_up(Fraction(coupon) * times * overdue_fen * days / year_days)


def yearly_parts(
    *,
    face_fen: int,
    coupon: Rate,
    interest_from: date,
    years: int,
    frequency: int,
    first_year: int,
) -> Bond:
    """Return a bond repaid in equal yearly parts from the end of ``first_year`` to maturity.

    What does not divide evenly is in the last part.
    """
    if not 1 <= first_year <= years:
        raise Refused("bond.terms-out-of-range", term="first_year")
    part_fen = face_fen // (years - first_year + 1)
    parts = tuple(
        Repayment(months.later(interest_from, months=12 * year), part_fen)
        for year in range(first_year, years)
    )
    return Bond(face_fen, coupon, interest_from, years, frequency, parts)


def _coupon(bond: Bond, outstanding_fen: int) -> Fraction:
    return Fraction(bond.coupon) * outstanding_fen / bond.frequency


def _anchored(bond: Bond, after: int) -> date:
    on = months.later(bond.interest_from, months=after)
    return months.last_day(on) if bond.month_end and after else on


def _repaid_by_date(bond: Bond) -> dict[date, int]:
    repaid: dict[date, int] = {}
    for repayment in bond.repayments:
        repaid[repayment.due_on] = repaid.get(repayment.due_on, 0) + repayment.amount_fen
    return repaid


def _check_repayments(bond: Bond) -> None:
    dates = {due_on for _, due_on in periods(bond)}
    for repayment in bond.repayments:
        if repayment.due_on not in dates:
            raise Refused("bond.repayment-not-on-an-interest-date", due_on=repayment.due_on)
        if repayment.amount_fen <= 0:
            raise Refused("bond.terms-out-of-range", term="repayments")
    repaid_fen = sum(repayment.amount_fen for repayment in bond.repayments)
    if repaid_fen > bond.face_fen:
        raise Refused("bond.repaid-beyond-face", repaid_fen=repaid_fen, face_fen=bond.face_fen)
