"""Gaps and overlaps of a decision table, each with an input that shows it.

Every constant in a column cuts the column's values into regions inside which no cell can change its
mind. The table is then checked on one value of each region with the very closures that evaluate it,
so what holds here holds for every input. A cell that is more than comparisons of the input with
constants cannot be cut; it is taken to let nothing pass when looking for gaps and everything when
looking for overlaps, and is listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from nancheng.kernel.decisions import comparison, kinds, regions, syntax
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.feel import UnaryTests
from nancheng.kernel.decisions.kinds import Allowed, Kind
from nancheng.kernel.decisions.regions import Region
from nancheng.kernel.decisions.tables import HitPolicy, Table

FINDINGS_MAX = 100
WORK_MAX = 200_000
# Cells asked for one column, and rows compared in pairs; a larger table is not looked at.
CELLS_MAX = 5_000_000
ROWS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Gap:
    """Inputs that no row covers: one of them, and how FEEL writes all of them, by column."""

    example: Mapping[str, object]
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rows, by number, that both cover an input; ``example`` is such an input."""

    rows: tuple[int, int]
    example: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found; ``opaque`` are the cells (row, column, from 1) that could not be cut.

    ``masked`` are rows that can never decide, because earlier rows cover all they cover.
    ``is_complete`` is False when the table is too large to have been looked at whole.
    """

    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    masked: tuple[int, ...]
    opaque: tuple[tuple[int, int], ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One input cut into regions; for each, as bits, the rows that surely and perhaps cover it."""

    name: str
    regions: tuple[Region, ...]
    surely: tuple[int, ...]
    perhaps: tuple[int, ...]


def analyse(table: Table) -> Analysis:
    """Look for gaps, overlaps and masked rows; the inputs are taken to be independent.

    Overlaps matter under UNIQUE, and under ANY where outputs differ; for other policies none are
    listed. A table with default outputs has no gaps. Missing inputs (null) are not looked at.
    """
    if _is_too_large(table):
        return Analysis((), (), (), (), is_complete=False)
    opaque: list[tuple[int, int]] = []
    columns = tuple(_column(table, index, opaque) for index in range(len(table.inputs)))
    search = _Search(columns, every=(1 << len(table.rows)) - 1)
    has_default = any(default is not None for default in table.defaults)
    gaps = () if has_default else tuple(search.gaps())
    overlaps = tuple(islice(_overlaps(table, columns), FINDINGS_MAX))
    masked = tuple(search.masked()) if table.definition.hit_policy is HitPolicy.FIRST else ()
    return Analysis(
        gaps=gaps,
        overlaps=overlaps,
        masked=masked,
        opaque=tuple(sorted(opaque)),
        is_complete=search.work > 0 and len(gaps) < FINDINGS_MAX > len(overlaps),
    )


def _is_too_large(table: Table) -> bool:
    rows = len(table.rows)
    cuts = [
        {point for row in table.rows for point in regions.points(row.tests[index])}
        for index in range(len(table.inputs))
    ]
    regions_at_most = 2 * max(map(len, cuts), default=0) + 1
    return rows > ROWS_MAX or rows * regions_at_most > CELLS_MAX


class _Search:
    """Walks the columns from left to right with the rows that still cover the input."""

    def __init__(self, columns: tuple[Column, ...], *, every: int) -> None:
        self.columns = columns
        self.every = every
        self.work = WORK_MAX
        self.covered: set[tuple[int, int]] = set()
        self.found = 0

    def gaps(self) -> Iterator[Gap]:
        """Yield the gaps, one for each group of regions that the same rows cover."""
        self.covered.clear()
        yield from self._gaps(0, self.every, ())

    def masked(self) -> Iterator[int]:
        """Yield the rows, from 1, that are never the first to cover an input."""
        deciding = self._deciding(0, self.every, {})
        for index in range(self.every.bit_length()):
            if self.work > 0 and not deciding >> index & 1:
                yield index + 1

    def _gaps(self, depth: int, rows: int, path: tuple[Region, ...]) -> Iterator[Gap]:
        self.work -= 1
        if self.work <= 0 or self.found >= FINDINGS_MAX or (depth, rows) in self.covered:
            return
        if not rows or depth == len(self.columns):
            if not rows:
                self.found += 1
                yield self._gap(path)
            return
        before = self.found
        for region, covering in _groups(self.columns[depth]):
            yield from self._gaps(depth + 1, rows & covering, (*path, region))
        if self.found == before:
            self.covered.add((depth, rows))

    def _gap(self, path: tuple[Region, ...]) -> Gap:
        rest = tuple(column.regions[0] for column in self.columns[len(path) :])
        example = {
            column.name: region.example
            for column, region in zip(self.columns, (*path, *rest), strict=True)
        }
        return Gap(example, (*(region.text for region in path), *("-" for _ in rest)))

    def _deciding(self, depth: int, rows: int, known: dict[tuple[int, int], int]) -> int:
        """Return, as bits, the rows that are the first of those left for some input."""
        if depth == len(self.columns) or not rows:
            return rows & -rows
        if (depth, rows) in known:
            return known[depth, rows]
        self.work -= 1
        found = 0
        column = self.columns[depth]
        for surely, perhaps in set(zip(column.surely, column.perhaps, strict=True)):
            if self.work <= 0:
                break
            found |= self._deciding(depth + 1, rows & (surely | perhaps), known)
        known[depth, rows] = found
        return found


def _column(table: Table, index: int, opaque: list[tuple[int, int]]) -> Column:
    column = table.inputs[index]
    cells = [row.tests[index] for row in table.rows]
    cuttable = [regions.is_cuttable(cell) for cell in cells]
    points = [
        point
        for cell, can in zip(cells, cuttable, strict=True)
        if can
        for point in regions.points(cell)
    ]
    points += _allowed_points(column.kind) + (
        regions.points(column.allowed) if column.allowed else []
    )
    cut = regions.cut(points, ordered=any(map(regions.asks_order, cells)))
    usable = cut is not None
    known = cut or (Region(None, "-"),)
    allowed = tuple(region for region in known if _is_allowed(region, column.kind, column.allowed))
    surely = [0] * len(allowed)
    perhaps = [0] * len(allowed)
    for number, (cell, can) in enumerate(zip(cells, cuttable, strict=True)):
        is_clear = cell.check is None or (can and usable)
        if not is_clear:
            opaque.append((number + 1, index + 1))
        for position, region in enumerate(allowed):
            covers = is_clear and cell(region.example) is True
            surely[position] |= covers << number
            perhaps[position] |= (covers or not is_clear) << number
    name = table.definition.inputs[index].expression
    return Column(name, allowed, tuple(surely), tuple(perhaps))


def _groups(column: Column) -> list[tuple[Region, int]]:
    """Return the regions that differ in what covers them, neighbours that do not made one."""
    found: list[tuple[Region, int]] = []
    for region, covering in zip(column.regions, column.surely, strict=True):
        if found and found[-1][1] == covering:
            found[-1] = (found[-1][0].with_neighbour(region), covering)
        else:
            found.append((region, covering))
    return found


def _overlaps(table: Table, columns: tuple[Column, ...]) -> Iterator[Overlap]:
    policy = table.definition.hit_policy
    if policy not in (HitPolicy.UNIQUE, HitPolicy.ANY):
        return
    covers = [_covers(columns, index) for index in range(len(table.rows))]
    for later in range(len(table.rows)):
        for earlier in range(later):
            shared = [a & b for a, b in zip(covers[earlier], covers[later], strict=True)]
            if not all(shared) or (policy is HitPolicy.ANY and _agree(table, earlier, later)):
                continue
            example = {
                column.name: column.regions[(bits & -bits).bit_length() - 1].example
                for column, bits in zip(columns, shared, strict=True)
            }
            yield Overlap((earlier + 1, later + 1), example)


def _covers(columns: tuple[Column, ...], row: int) -> list[int]:
    """Return, for each column, the regions that a row may cover, as bits."""
    return [
        sum(1 << position for position, bits in enumerate(column.perhaps) if bits >> row & 1)
        for column in columns
    ]


def _agree(table: Table, first: int, second: int) -> bool:
    """Say whether two rows give the same constants."""
    pairs = zip(table.rows[first].results, table.rows[second].results, strict=True)
    return all(
        isinstance(a.tree, syntax.Literal)
        and isinstance(b.tree, syntax.Literal)
        and comparison.same(a.within(Budget()), b.within(Budget()))
        for a, b in pairs
    )


def _allowed_points(kind: Kind | None) -> list[object]:
    return list(kind.points) if isinstance(kind, Allowed) else []


def _is_allowed(region: Region, kind: Kind | None, allowed: UnaryTests | None) -> bool:
    if region.example is None:
        return True
    if kind is not None and not kinds.conforms(region.example, kind):
        return False
    return allowed is None or allowed(region.example) is True
