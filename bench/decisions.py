"""Conditions and decision tables alone: evaluations a second, each compiled once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from nancheng.kernel.decisions import feel, tables

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "1.5")) / 10

CONDITION = 'amount > 10000000 and category = "water" and progress >= 60'
ENTRIES = 'case.amount > 10000000 and case.category = "water" and case.progress >= 60'
COMPUTED = 'amount * rate / 100 > limit and (category = "water" or urgent)'
ROWS = [
    [f"[{i}000000..{i + 1}000000)", '"water", "road"' if i % 2 else '"air"', ">= 60", f'"desk {i}"']
    for i in range(10)
]

Scope = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Rate:
    """One measured line: evaluations a CPU second over the rounds."""

    name: str
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return median(self.rounds)

    @property
    def least(self) -> float:
        """The slowest round."""
        return min(self.rounds)


def _subjects() -> Sequence[tuple[str, Callable[[Scope], object], Scope, object]]:
    """Return what is measured: name, what to call, with which values, and what it must answer."""
    table = tables.table(inputs=["amount", "category", "progress"], outputs=["to"], rows=ROWS)
    whole = {"amount": 20_000_000, "category": "water", "progress": 75}
    exact = {"amount": Decimal("20000000.50"), "category": "water", "progress": Decimal("75.5")}
    ninth = {**whole, "amount": 9_500_000}
    condition = feel.compile_expression(CONDITION)

    def decide(scope: Scope) -> object:
        return tables.evaluate(table, scope).value

    more = {**exact, "rate": Decimal("3.5"), "limit": 100_000, "urgent": False}
    return (
        ("condition of three parts, integers", condition, whole, True),
        ("the same, decimals", condition, exact, True),
        ("the same, progress unknown", condition, {**whole, "progress": None}, None),
        ("condition on entries", feel.compile_expression(ENTRIES), {"case": whole}, True),
        ("condition that computes", feel.compile_expression(COMPUTED), more, True),
        ("table of 10 rows and 3 inputs, integers", decide, ninth, "desk 9"),
        ("the same, decimals", decide, {**exact, "amount": Decimal("9500000.5")}, "desk 9"),
        ("the same, no row", decide, {**ninth, "progress": 59}, None),
    )


def _rate(call: Callable[[Scope], object], scope: Scope, count: int) -> float:
    start = time.process_time()
    for _ in range(count):
        call(scope)
    return count / (time.process_time() - start)


def rates() -> list[Rate]:
    """Measure everything, the subjects in turns; the answers are checked first."""
    subjects = _subjects()
    for name, call, scope, expected in subjects:
        assert call(scope) == expected, name
    counts = [round(_rate(call, scope, 20_000) * SECONDS) for _, call, scope, _ in subjects]
    found: list[list[float]] = [[] for _ in subjects]
    for _ in range(ROUNDS):
        for kept, count, (_, call, scope, _) in zip(found, counts, subjects, strict=True):
            kept.append(_rate(call, scope, count))
    names = [name for name, _, _, _ in subjects]
    return [Rate(name, tuple(kept)) for name, kept in zip(names, found, strict=True)]


def table() -> list[str]:
    """Return the section for the printed results."""
    lines = ["### Conditions and decision tables", ""]
    lines += ["| | per CPU second, median [min] |", "|---|---|"]
    lines += [f"| {one.name} | {one.median:,.0f} [{one.least:,.0f}] |" for one in rates()]
    return [*lines, ""]


if __name__ == "__main__":
    print("\n".join(table()))
