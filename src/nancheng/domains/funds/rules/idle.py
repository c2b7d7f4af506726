"""How old unpaid bond money is, tranche by tranche, first in, first out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Light(StrEnum):
    """A light that always comes with words."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class IdleLimits:
    """After how many months unpaid money turns yellow and red (local practice, dated)."""

    yellow_months: int
    red_months: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """One tranche (到账) as the ageing sees it."""

    arrived_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Aged:
    """What is left of one tranche, how old it is, and its light."""

    arrived_on: date
    amount_fen: int
    unpaid_fen: int
    months: int
    light: Light


def months_between(earlier: date, later: date) -> int:
    """Return the whole months that have passed; negative time counts as none."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return max(0, months - (later.day < earlier.day))


def ageing(
    arrivals: Iterable[Arrival], paid_fen: int, *, on: date, limits: IdleLimits
) -> tuple[Aged, ...]:
    """Return each tranche with what is unpaid of it: first in, first out.

    Money not yet arrived on that day does not count; more than ``yellow_months`` is yellow.
    """
    rows = []
    for arrival in sorted(arrivals, key=lambda one: one.arrived_on):
        if arrival.arrived_on > on:
            continue
        taken_fen = min(paid_fen, arrival.amount_fen)
        paid_fen -= taken_fen
        unpaid_fen = arrival.amount_fen - taken_fen
        months = months_between(arrival.arrived_on, on)
        light = idle_light(unpaid_fen, arrival.arrived_on, on=on, limits=limits)
        rows.append(Aged(arrival.arrived_on, arrival.amount_fen, unpaid_fen, months, light))
    return tuple(rows)


def idle_light(unpaid_fen: int, arrived_on: date, *, on: date, limits: IdleLimits) -> Light:
    """Return the light of one tranche: past the limit is *more* than so many months."""
    if not unpaid_fen:
        return Light.GREEN
    yesterday = on - timedelta(days=1)
    months = months_between(arrived_on, yesterday)
    if months >= limits.red_months:
        return Light.RED
    return Light.YELLOW if months >= limits.yellow_months else Light.GREEN


def permille(part: int, whole: int) -> int:
    """Return a part in thousandths of the whole, rounded down; of nothing it is none."""
    return part * 1000 // whole if whole else 0
