"""``nancheng verify``: judge each drawing and decision table before it is published."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nancheng.foundation.cases import bindings, faults
from nancheng.foundation.cases.bindings import Binding
from nancheng.kernel.decisions import analysis, dmn, feel, tables, vocabulary
from nancheng.kernel.decisions.definition import Decision, InputData
from nancheng.kernel.decisions.model import compile_with_problems
from nancheng.kernel.decisions.tables import TableDefinition
from nancheng.kernel.process import bpmn, explore, problems
from nancheng.kernel.process.definition import Definition, Problem

DUTIES = Path(__file__).parent / "demo" / "data" / "duties.csv"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one file: lines of faults, and how far it was looked at.

    ``complete`` says that nothing within the bounds was left out; without it a file without faults
    is not proved sound.
    """

    source: str
    faults: tuple[str, ...]
    looked_at: str
    complete: bool = True


def verdicts() -> Iterator[Verdict]:
    """Yield the verdict on each file that the wiring lists."""
    for binding in bindings.all_bindings().values():
        for path in binding.decisions:
            yield table_verdict(path)
        yield drawing_verdict(binding)


def drawing_verdict(binding: Binding, *, states_max: int = explore.STATES_MAX) -> Verdict:
    """Judge a drawing: faults, what nobody provides, and every state it can reach."""
    definition = bpmn.read(binding.process.read_bytes())
    return _judged(
        binding.process.name, definition, offered=offered(binding), states_max=states_max
    )


def file_verdicts(
    path: Path, *, binding: Binding | None, states_max: int = explore.STATES_MAX
) -> Iterator[Verdict]:
    """Judge a file that is not in the tree, with the binding of a kind of case if there is one.

    Every process of a drawing is judged, and what stands beside them. Raises ``Refused`` when it
    is no BPMN.
    """
    if path.suffix == ".dmn":
        yield table_verdict(path)
        return
    sheet = bpmn.read_all(path.read_bytes())
    if sheet.faults or not sheet.processes:
        beside = sheet.faults or (Problem("process.no-start", path.name),)
        yield Verdict(path.name, tuple(faults.text(f) for f in beside), "beside the processes")
    known = offered(binding) if binding else {}
    for definition in sheet.processes:
        source = f"{path.name} {definition.name or definition.key}"
        yield _judged(source, definition, offered=known, states_max=states_max)


def offered(binding: Binding) -> Mapping[str, frozenset[str]]:
    """Return what a kind of case provides, what is decided, and who is there to do it."""
    with DUTIES.open(encoding="utf-8", newline="") as file:
        posts = frozenset(row["code"] for row in csv.DictReader(file))
    models = [dmn.read(path.read_bytes()).model for path in binding.decisions]
    decisions = (one for model in models if model is not None for one in model.elements)
    return {
        "handlers": frozenset(binding.handlers),
        "forms": frozenset(binding.forms),
        "decisions": frozenset(one.identity for one in decisions if isinstance(one, Decision)),
        "posts": posts,
        "processes": frozenset(bindings.all_bindings()),
    }


def _judged(
    source: str,
    definition: Definition,
    *,
    offered: Mapping[str, frozenset[str]],
    states_max: int,
) -> Verdict:
    drawn = problems.find(definition, feel.compile_expression)
    found = [faults.text(fault) for fault in drawn]
    found += [faults.text(fault) for fault in explore.unbound(definition, **offered)]
    if drawn:
        return Verdict(source, tuple(found), "not explored: mend the drawing first")
    report = explore.verify(definition, states_max=states_max)
    for finding in report.findings:
        found.append(faults.text(finding.problem))
        if finding.path:
            found.append(f"  ↳ {faults.path(definition, finding.path)}")
    if report.complete:
        looked_at = f"all {report.states} states; {explore.BOUNDS}"
    else:
        looked_at = f"the first {report.states} states, then stopped: NOT proved sound"
    return Verdict(source, tuple(found), looked_at, report.complete)


def table_verdict(path: Path) -> Verdict:
    """Judge a decision model: faults, gaps, overlaps and rows that can never decide."""
    reading = dmn.read(path.read_bytes())
    lines = [f"{f.line}: {f.code} {f.element} {f.detail}".rstrip() for f in reading.problems]
    seen = 0
    if reading.model is not None:
        _model, found = compile_with_problems(reading.model)
        lines += [f"{f.line}: {f.code} {f.element} {f.detail}".rstrip() for f in found]
        names = [one.name for one in reading.model.elements if isinstance(one, InputData)]
        for one in reading.model.elements:
            if isinstance(one, Decision) and isinstance(one.logic, TableDefinition):
                seen += 1
                lines += _table_faults(one.identity, one.logic, names)
    return Verdict(path.name, tuple(lines), f"{seen} tables")


def _table_faults(key: str, definition: TableDefinition, names: Iterable[str]) -> Iterator[str]:
    found = analysis.analyse(
        tables.compile_table(definition, words=vocabulary.vocabulary(names=names))
    )
    for gap in found.gaps:
        yield f"{key}: no row for {dict(gap.example)}"
    for overlap in found.overlaps:
        yield f"{key}: rows {overlap.rows} both answer {dict(overlap.example)}"
    for row in found.masked:
        yield f"{key}: row {row} can never decide"
