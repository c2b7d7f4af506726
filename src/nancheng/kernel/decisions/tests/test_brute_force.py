"""Gaps, overlaps and masked rows against trying every input there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from nancheng.kernel.decisions import analysis, feel, tables
from nancheng.kernel.decisions.analysis import Gap
from nancheng.kernel.decisions.tables import (
    HitPolicy,
    Input,
    Output,
    Rule,
    Table,
    TableDefinition,
)

# Each region that cells below can tell apart holds one of these inputs.
STEPS = [Decimal(half) / 2 for half in range(-1, 10)]
DAYS = [date(2026, 2, 26) + timedelta(days=count) for count in range(6)]
KINDS = ["air", "road", "water"]
GRID = [
    {"amount": amount, "on": on, "kind": kind} for amount, on, kind in product(STEPS, DAYS, KINDS)
]

RELATION = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
ENDS = st.tuples(st.sampled_from("[("), st.sampled_from("])"))


def _cells(bounds: list[str]) -> st.SearchStrategy[str]:
    """Cells that compare with some of these constants, given in their order."""
    places = st.integers(0, len(bounds) - 1)
    return st.one_of(
        st.just("-"),
        st.builds(lambda sign, at: f"{sign} {bounds[at]}", RELATION, places),
        st.builds(
            lambda a, b, ends: f"{ends[0]}{bounds[min(a, b)]}..{bounds[max(a, b)]}{ends[1]}",
            places,
            places,
            ENDS,
        ),
        st.builds(lambda at: f"not({bounds[at]})", places),
    )


AMOUNTS = _cells(["0", "1", "2", "3", "4"])
DATES = _cells([f'@"{on}"' for on in DAYS[1:-1]])
WORDS = st.sampled_from(["-", '"air"', '"road", "water"', 'not("air")', 'not("air", "road")'])
ROWS = st.lists(st.tuples(AMOUNTS, DATES, WORDS), min_size=1, max_size=6)


def table_of(rows: list[tuple[str, str, str]], policy: HitPolicy) -> Table:
    """A table over an amount, a day and one of three kinds; every row answers its number."""
    allowed = ", ".join(f'"{kind}"' for kind in KINDS)
    inputs = (Input("amount"), Input("on"), Input("kind", allowed=allowed))
    rules = tuple(Rule(cells, (str(number),)) for number, cells in enumerate(rows, 1))
    return tables.compile_table(TableDefinition(inputs, (Output("y"),), rules, policy))


def hits(rows: list[tuple[str, str, str]]) -> list[tuple[int, ...]]:
    """The rows that hit each input of the grid, each cell tried by itself."""
    tests = [[feel.compile_unary_tests(cell) for cell in cells] for cells in rows]
    return [
        tuple(
            number
            for number, cells in enumerate(tests, 1)
            if all(cell(v) is True for cell, v in zip(cells, one.values(), strict=True))
        )
        for one in GRID
    ]


def _covered(gap: Gap, inputs: Iterable[Mapping[str, object]]) -> list[bool]:
    """For each input, whether it is among those that the texts of a gap describe."""
    cells = [feel.compile_unary_tests(text) for text in gap.where]
    return [
        all(cell(value) is True for cell, value in zip(cells, one.values(), strict=True))
        for one in inputs
    ]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_gaps_are_exactly_the_inputs_that_no_row_covers(rows: list[tuple[str, str, str]]) -> None:
    found = analysis.analyse(table_of(rows, HitPolicy.UNIQUE))
    assert found.is_complete
    assert found.opaque == ()
    described = [False] * len(GRID)
    for gap in found.gaps:
        assert _covered(gap, [gap.example]) == [True]
        described = [a or b for a, b in zip(described, _covered(gap, GRID), strict=True)]
    assert described == [not hit for hit in hits(rows)]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_overlaps_are_exactly_the_pairs_that_some_input_hits(
    rows: list[tuple[str, str, str]],
) -> None:
    found = analysis.analyse(table_of(rows, HitPolicy.UNIQUE))
    assert {overlap.rows for overlap in found.overlaps} == set(_pairs(hits(rows)))


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_masked_rows_are_exactly_those_that_are_never_first(
    rows: list[tuple[str, str, str]],
) -> None:
    found = analysis.analyse(table_of(rows, HitPolicy.FIRST))
    first = {hit[0] for hit in hits(rows) if hit}
    assert set(found.masked) == set(range(1, len(rows) + 1)) - first


def _pairs(hit: list[tuple[int, ...]]) -> Iterator[tuple[int, int]]:
    for one in hit:
        yield from combinations(one, 2)
