"""Publishes drawings, decision models, calendars and parameters: checked, kept as versions."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from nancheng.foundation.cases import bindings, calendar, faults
from nancheng.foundation.cases.bindings import Binding
from nancheng.foundation.cases.models import CalendarDay, DecisionVersion, Parameter, ProcessVersion
from nancheng.foundation.limits import actions as limits
from nancheng.foundation.limits import queries as limit_queries
from nancheng.foundation.limits import rules as limit_rules
from nancheng.foundation.people.models import Duty
from nancheng.kernel.decisions import dmn, feel
from nancheng.kernel.decisions.definition import Decision
from nancheng.kernel.decisions.model import compile_with_problems
from nancheng.kernel.decisions.problems import Problem as TableProblem
from nancheng.kernel.process import bpmn, explore, problems
from nancheng.kernel.process.definition import Definition, Kind, Problem
from nancheng.kernel.process.program import Program, compile_definition
from nancheng.kernel.refusal import Refused

Fault = Problem | TableProblem
DATA = Path(__file__).parent / "data"
# Found by exploring, and no reason to refuse: what is meant, or what the search could not look at.
WARNINGS = frozenset({"process.token-doubled", "process.too-many-outcomes"})


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing one file came to."""

    key: str
    version: int
    is_new: bool
    # What exploring a drawing found that does not forbid it.
    warnings: tuple[str, ...] = ()


def deploy(*, by: str, at: datetime) -> list[Published]:
    """Publish everything the wiring lists; what did not change stays as it is.

    Raises ``Refused`` "cases.bad-drawing" naming file, line and element of each problem.
    """
    _load_parameters()
    _load_calendar(by=by, at=at)
    _load_limits()
    done = []
    for binding in bindings.all_bindings().values():
        for path in binding.decisions:
            done.extend(deploy_decision(path.read_bytes(), source=path.name, by=by, at=at))
        done.append(deploy_process(binding.process.read_bytes(), binding=binding, by=by, at=at))
    return done


@transaction.atomic
def deploy_process(
    xml: bytes, *, binding: Binding, by: str, at: datetime, is_explored: bool = True
) -> Published:
    """Publish a drawing as the next version of a kind of case, if it differs from the newest.

    Raises ``Refused`` "cases.bad-drawing", also for one that exploring shows cannot end as drawn.
    """
    definition = bpmn.read(xml)
    program = checked(definition, binding)
    mark = hashlib.sha256(xml).hexdigest()
    newest = ProcessVersion.objects.filter(key=binding.kind).order_by("-version").first()
    if newest is not None and newest.hash == mark:
        return Published(binding.kind, newest.version, is_new=False)
    warnings = _explored(definition.key, xml) if is_explored else ()
    made = ProcessVersion.objects.create(
        key=binding.kind,
        version=newest.version + 1 if newest else 1,
        name=definition.name,
        name_en=program.definition.name_en,
        xml=xml,
        hash=mark,
        deployed_at=at,
        deployed_by=by,
    )
    return Published(made.key, made.version, is_new=True, warnings=warnings)


@transaction.atomic
def deploy_decision(xml: bytes, *, source: str, by: str, at: datetime) -> list[Published]:
    """Publish a decision model under the key of each of its decisions."""
    reading = dmn.read(xml)
    bad: list[Fault] = list(reading.problems)
    model = None
    if reading.model is not None and not bad:
        model, found = compile_with_problems(reading.model)
        bad.extend(found)
    if bad or model is None:
        raise _refused(source, bad)
    mark = hashlib.sha256(xml).hexdigest()
    return [_keep_decision(decision, xml, mark=mark, by=by, at=at) for decision in model.decisions]


def _keep_decision(
    decision: Decision, xml: bytes, *, mark: str, by: str, at: datetime
) -> Published:
    key = decision.identity
    newest = DecisionVersion.objects.filter(key=key).order_by("-version").first()
    if newest is not None and newest.hash == mark:
        return Published(key, newest.version, is_new=False)
    made = DecisionVersion.objects.create(
        key=key,
        version=newest.version + 1 if newest else 1,
        name=decision.name,
        xml=xml,
        hash=mark,
        deployed_at=at,
        deployed_by=by,
    )
    return Published(key, made.version, is_new=True)


def checked(definition: Definition, binding: Binding) -> Program:
    """Return the compiled drawing; raise ``Refused`` with every problem it has."""
    found = list(problems.find(definition, feel.compile_expression))
    if not found:
        found = [*_unbound(definition, binding)]
    if found:
        raise _refused(definition.key, found)
    return compile_definition(definition, feel.compile_expression)


def _explored(source: str, xml: bytes) -> tuple[str, ...]:
    """Explore a drawing; refuse what is unsound, return what there is to warn of."""
    report = _report(xml)
    unsound = [one for one in report.findings if one.problem.code not in WARNINGS]
    if unsound:
        definition = bpmn.read(xml)
        lines = [
            f"{faults.text(one.problem)} ↳ {faults.path(definition, one.path)}".removesuffix(" ↳ ")
            for one in unsound
        ]
        raise Refused("cases.bad-drawing", problems="; ".join(f"{source}:{line}" for line in lines))
    said = tuple(faults.text(one.problem) for one in report.findings)
    if report.complete:
        return said
    return (*said, f"{source}: only the first {report.states} states were explored")


@lru_cache(maxsize=32)
def _report(xml: bytes) -> explore.Report:
    """Return what exploring a text finds; the same text is the same drawing."""
    return explore.verify(bpmn.read(xml))


def _unbound(definition: Definition, binding: Binding) -> Iterable[Problem]:
    """Yield what a drawing names and nobody provides: handlers, forms, decisions, rules, duties."""
    duties = set(Duty.objects.values_list("code", flat=True))
    decisions = set(DecisionVersion.objects.values_list("key", flat=True))
    wanted = (
        ("handler", set(binding.handlers), "process.unbound-handler"),
        ("form", set(binding.forms), "process.unbound-form"),
        ("decision", decisions, "process.unbound-decision"),
    )
    for node in definition.nodes.values():
        for attribute, known, code in wanted:
            name = node.extra.get(attribute)
            if name and name not in known:
                yield Problem(code, node.id, node.line, node.name, name)
        if node.kind is Kind.START and not node.parent and node.event.timer:
            # A case needs somebody who opens it; the clock is nobody.
            yield Problem("process.unbound-start", node.id, node.line, node.name, "timer")
        if node.calls and node.calls not in bindings.all_bindings():
            yield Problem("process.unbound-process", node.id, node.line, node.name, node.calls)
    rules = limit_queries.known_codes()
    drawn = [(n.id, n.line, n.name, n.extra.get("limit", "")) for n in definition.nodes.values()]
    for element, line, name, limit in (("", 0, definition.name, definition.limit), *drawn):
        if limit[:1].isupper() and limit not in rules:
            yield Problem("process.unbound-limit", element, line, name, limit)
    for lane in definition.lanes:
        if lane.post and duties and lane.post not in duties:
            yield Problem("process.unbound-post", lane.id, lane.line, lane.name, lane.post)


def _refused(source: str, found: Iterable[Fault]) -> Refused:
    lines = [
        faults.text(fault)
        if isinstance(fault, Problem)
        else f"{fault.line}: {fault.element} {fault.detail} [{fault.code}]"
        for fault in found
    ]
    return Refused("cases.bad-drawing", problems="; ".join(f"{source}:{line}" for line in lines))


def _load_calendar(*, by: str, at: datetime) -> None:
    with (DATA / "holidays.csv").open(encoding="utf-8", newline="") as file:
        calendar.bring(list(csv.DictReader(file)), label=by, at=at)


def _load_limits() -> None:
    """Load the rules of limits, and those that stand beside each domain's drawings."""
    for path in (limit_rules.SEED, *(folder / "limits.csv" for folder in _beside())):
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                limits.put_rules(limit_rules.read_rules(csv.DictReader(file)))


def _beside() -> list[Path]:
    """Return the folders of data that stand beside each domain's drawings."""
    return sorted({one.process.parent.parent / "data" for one in bindings.all_bindings().values()})


def _load_parameters() -> None:
    """Load our own dated settings, and those that stand beside each domain's drawings."""
    for path in (folder / "parameters.csv" for folder in (DATA, *_beside())):
        if not path.exists():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                Parameter.objects.get_or_create(
                    code=row["code"],
                    valid_from=date.fromisoformat(row["valid_from"]),
                    defaults={"value": row["value"], "source": row["source"]},
                )


def last_calendar_year() -> int:
    """Return the last year whose notice is loaded, 0 if none is."""
    last = CalendarDay.objects.aggregate(Max("day"))["day__max"]
    return last.year if last else 0
