"""``nancheng verify``: judge each drawing and decision table before it is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nancheng.foundation.cases import bindings
from nancheng.foundation.cases.bindings import Binding
from nancheng.kernel.decisions import analysis, dmn, feel, tables, vocabulary
from nancheng.kernel.decisions.definition import Decision, InputData
from nancheng.kernel.decisions.model import compile_with_problems
from nancheng.kernel.decisions.tables import TableDefinition
from nancheng.kernel.process import bpmn, explore, problems
from nancheng.kernel.process.definition import Definition


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one file: lines of faults, and how far it was looked at."""

    source: str
    faults: tuple[str, ...]
    looked_at: str


def verdicts() -> Iterator[Verdict]:
    """Yield the verdict on each file that the wiring lists."""
    for binding in bindings.all_bindings().values():
        for path in binding.decisions:
            yield table_verdict(path)
        yield drawing_verdict(binding)


def drawing_verdict(binding: Binding) -> Verdict:
    """Judge a drawing: faults, what nobody provides, and every state it can reach."""
    definition = bpmn.read(binding.process.read_bytes())
    faults = [
        f"{fault.line}: {fault.code} {fault.element} {fault.name} {fault.detail}".rstrip()
        for fault in problems.find(definition, feel.compile_expression)
    ]
    faults.extend(_unbound(definition, binding))
    if faults:
        return Verdict(binding.process.name, tuple(faults), "not explored")
    report = explore.verify(definition)
    for finding in report.findings:
        path = " → ".join(f"{move.node} ({move.act})" for move in finding.path)
        fault = finding.problem
        faults.append(f"{fault.line}: {fault.code} {fault.element} {fault.detail}; path: {path}")
    reach = "all" if report.complete else "the first"
    return Verdict(binding.process.name, tuple(faults), f"{reach} {report.states} states")


def table_verdict(path: Path) -> Verdict:
    """Judge a decision model: faults, gaps, overlaps and rows that can never decide."""
    reading = dmn.read(path.read_bytes())
    faults = [f"{f.line}: {f.code} {f.element} {f.detail}".rstrip() for f in reading.problems]
    seen = 0
    if reading.model is not None:
        _model, found = compile_with_problems(reading.model)
        faults += [f"{f.line}: {f.code} {f.element} {f.detail}".rstrip() for f in found]
        names = [one.name for one in reading.model.elements if isinstance(one, InputData)]
        for one in reading.model.elements:
            if isinstance(one, Decision) and isinstance(one.logic, TableDefinition):
                seen += 1
                faults += _table_faults(one.identity, one.logic, names)
    return Verdict(path.name, tuple(faults), f"{seen} tables")


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


def _unbound(definition: Definition, binding: Binding) -> Iterator[str]:
    known = {
        "handler": set(binding.handlers),
        "form": set(binding.forms),
        "decision": {
            one.identity
            for path in binding.decisions
            for one in getattr(dmn.read(path.read_bytes()).model, "elements", ())
            if isinstance(one, Decision)
        },
    }
    for node in definition.nodes.values():
        for attribute, names in known.items():
            name = node.extra.get(attribute)
            if name and name not in names:
                yield f"{node.line}: unbound-{attribute} {node.id} {name}"
