"""Gaps and overlaps: found where they are, and their absence can be relied upon."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from nancheng.kernel.decisions import analysis, tables
from nancheng.kernel.decisions.tables import HitPolicy, Input, Output, Rule, TableDefinition

HOLED = tables.table(
    inputs=["amount", "category", "night"],
    outputs=["to"],
    rows=[
        ["< 100", "-", "-", "1"],
        ["[100..500]", '"water","road"', "true", "2"],
        ["[100..500]", '"water"', "false", "3"],
        [">= 500", 'not("road")', "-", "4"],
    ],
)


def test_every_gap_shows_an_input_that_no_row_covers() -> None:
    found = analysis.analyse(HOLED)
    assert len(found.gaps) == 4
    for gap in found.gaps:
        assert tables.evaluate(HOLED, gap.example).rows == ()


def test_every_overlap_shows_an_input_that_both_rows_cover() -> None:
    found = analysis.analyse(HOLED)
    assert [overlap.rows for overlap in found.overlaps] == [(2, 4), (3, 4)]
    for overlap in found.overlaps:
        assert tables.evaluate(HOLED, overlap.example).rows == overlap.rows


def test_dates_know_that_days_are_whole() -> None:
    sound = tables.table(
        inputs=["on"],
        outputs=["y"],
        rows=[['<= @"2026-01-31"', "1"], ['>= @"2026-02-01"', "2"]],
    )
    assert analysis.analyse(sound).gaps == ()
    holed = tables.table(
        inputs=["on"],
        outputs=["y"],
        rows=[['<= @"2026-01-31"', "1"], ['> @"2026-02-01"', "2"]],
    )
    assert [gap.example for gap in analysis.analyse(holed).gaps] == [{"on": date(2026, 2, 1)}]


def test_numbers_between_whole_ones_are_a_gap() -> None:
    table = tables.table(inputs=["x"], outputs=["y"], rows=[["<= 1", "1"], [">= 2", "2"]])
    (gap,) = analysis.analyse(table).gaps
    assert gap.where == ("(1..2)",)
    assert tables.evaluate(table, gap.example).rows == ()


def test_allowed_values_close_an_enumeration() -> None:
    def table(allowed: str) -> tables.Table:
        rules = (Rule(('"a"',), ("1",)), Rule(('"b"',), ("2",)))
        inputs = (Input("kind", allowed=allowed),)
        return tables.compile_table(TableDefinition(inputs, (Output("y"),), rules))

    assert analysis.analyse(table('"a", "b"')).gaps == ()
    (open_gap,) = analysis.analyse(table("")).gaps
    assert open_gap.where == ('not("a", "b")',)
    (gap,) = analysis.analyse(table('"a", "b", "c"')).gaps
    assert gap.example == {"kind": "c"}


def test_rows_that_earlier_rows_cover_are_masked_under_first() -> None:
    table = tables.table(
        inputs=["x"],
        outputs=["y"],
        rows=[["< 10", "1"], [">= 5", "2"], ["[1..7]", "3"], ["-", "4"]],
        hit_policy=HitPolicy.FIRST,
    )
    found = analysis.analyse(table)
    assert (found.masked, found.overlaps, found.gaps) == ((3, 4), (), ())


def test_rows_that_agree_may_overlap_under_any() -> None:
    rows = [["> 1", '"a"'], ["> 2", '"a"'], ["> 3", '"b"']]
    table = tables.table(inputs=["x"], outputs=["y"], rows=rows, hit_policy=HitPolicy.ANY)
    assert [overlap.rows for overlap in analysis.analyse(table).overlaps] == [(1, 3), (2, 3)]


def test_cells_that_cannot_be_cut_are_listed_and_taken_for_the_worst() -> None:
    table = tables.table(
        inputs=["name"],
        outputs=["y"],
        rows=[['starts with(?, "a")', "1"], ['not(starts with(?, "a"))', "2"], ["> limit", "3"]],
    )
    found = analysis.analyse(table)
    assert found.opaque == ((1, 1), (2, 1), (3, 1))
    assert len(found.gaps) == 1
    assert len(found.overlaps) == 3


BOUND = st.integers(0, 6)
CELL = st.one_of(
    st.just("-"),
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">=", "!="]), BOUND),
    st.builds(
        lambda a, b, low, high: f"{low}{min(a, b)}..{max(a, b)}{high}",
        BOUND,
        BOUND,
        st.sampled_from("[("),
        st.sampled_from("])"),
    ),
    st.builds("not({}, {})".format, BOUND, BOUND),
    st.builds("? > {} and ? <= {}".format, BOUND, BOUND),
)
WORD = st.sampled_from(["-", '"a"', '"b"', '"a", "b"', 'not("a")', 'not("a", "b")'])
FLAG = st.sampled_from(["-", "true", "false", "not(true)"])
ROWS = st.lists(st.tuples(CELL, WORD, FLAG, st.just("1")), min_size=1, max_size=6)
INPUT = st.fixed_dictionaries(
    {
        "x": st.decimals(-1, 7, places=1),
        "w": st.sampled_from(["a", "b", "c"]),
        "f": st.booleans(),
    }
)


@given(ROWS, st.lists(INPUT, min_size=1, max_size=20))
def test_unique_answers_at_most_once_without_overlap_and_at_least_once_without_gap(
    rows: list[tuple[str, ...]], inputs: list[dict[str, object]]
) -> None:
    table = tables.table(inputs=["x", "w", "f"], outputs=["y"], rows=rows)
    found = analysis.analyse(table)
    assert found.is_complete
    for given_input in inputs:
        hits = tables.evaluate(table, given_input).rows
        assert found.overlaps or len(hits) <= 1
        assert found.gaps or len(hits) >= 1
    for gap in found.gaps:
        assert tables.evaluate(table, gap.example).rows == ()
    for overlap in found.overlaps:
        assert set(overlap.rows) <= set(tables.evaluate(table, overlap.example).rows)


@given(ROWS, st.lists(INPUT, min_size=1, max_size=20))
def test_a_masked_row_never_decides(
    rows: list[tuple[str, ...]], inputs: list[dict[str, object]]
) -> None:
    table = tables.table(
        inputs=["x", "w", "f"], outputs=["y"], rows=rows, hit_policy=HitPolicy.FIRST
    )
    masked = analysis.analyse(table).masked
    assert not {tables.evaluate(table, one).row for one in inputs} & set(masked)


def test_a_table_too_large_to_be_looked_at_says_so() -> None:
    def tall(count: int) -> tables.Table:
        rows = [[f"[{number}..{number + 1})", "1"] for number in range(count)]
        return tables.table(inputs=["x"], outputs=["y"], rows=rows)

    assert not analysis.analyse(tall(2_000)).is_complete
    sound = analysis.analyse(tall(300))
    assert sound.is_complete
    assert [gap.where for gap in sound.gaps] == [("< 0",), ("300, > 300",)]


def test_no_more_overlaps_are_gathered_than_are_listed() -> None:
    rows = [["-", "1"] for _ in range(400)]
    found = analysis.analyse(tables.table(inputs=["x"], outputs=["y"], rows=rows))
    assert len(found.overlaps) == analysis.FINDINGS_MAX
    assert not found.is_complete


def test_long_cells_are_not_asked_about_every_region() -> None:
    words = ", ".join(str(number) for number in range(2_000))
    table = tables.table(inputs=["x"], outputs=["y"], rows=[[words, "1"], ["> 5", "2"]])
    assert table.index is None
