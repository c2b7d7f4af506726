"""Publishes drawings, decision models, calendars and parameters: checked, kept as versions."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from nancheng.foundation.cases import bindings, calendar
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
from nancheng.kernel.process import bpmn, problems
from nancheng.kernel.process.definition import Definition, Kind, Problem
from nancheng.kernel.process.program import Program, compile_definition
from nancheng.kernel.refusal import Refused

Fault = Problem | TableProblem
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing one file came to."""

    key: str
    version: int
    is_new: bool


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
def deploy_process(xml: bytes, *, binding: Binding, by: str, at: datetime) -> Published:
    """Publish a drawing as the next version of a kind of case, if it differs from the newest."""
    definition = bpmn.read(xml)
    program = checked(definition, binding)
    mark = hashlib.sha256(xml).hexdigest()
    newest = ProcessVersion.objects.filter(key=binding.kind).order_by("-version").first()
    if newest is not None and newest.hash == mark:
        return Published(binding.kind, newest.version, is_new=False)
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
    return Published(made.key, made.version, is_new=True)


@transaction.atomic
def deploy_decision(xml: bytes, *, source: str, by: str, at: datetime) -> list[Published]:
    """Publish a decision model under the key of each of its decisions."""
    reading = dmn.read(xml)
    faults: list[Fault] = list(reading.problems)
    model = None
    if reading.model is not None and not faults:
        model, found = compile_with_problems(reading.model)
        faults.extend(found)
    if faults or model is None:
        raise _refused(source, faults)
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
    faults = list(problems.find(definition, feel.compile_expression))
    if not faults:
        faults = [*_unbound(definition, binding)]
    if faults:
        raise _refused(definition.key, faults)
    return compile_definition(definition, feel.compile_expression)


def _unbound(definition: Definition, binding: Binding) -> Iterable[Problem]:
    """Yield what a drawing names and nobody provides: handlers, forms, decisions, rules, duties."""
    duties = set(Duty.objects.values_list("code", flat=True))
    decisions = set(DecisionVersion.objects.values_list("key", flat=True))
    wanted = (
        ("handler", set(binding.handlers), "unbound-handler"),
        ("form", set(binding.forms), "unbound-form"),
        ("decision", decisions, "unbound-decision"),
    )
    for node in definition.nodes.values():
        for attribute, known, code in wanted:
            name = node.extra.get(attribute)
            if name and name not in known:
                yield Problem(code, node.id, node.line, node.name, name)
        if node.kind is Kind.START and not node.parent and node.event.timer:
            # A case needs somebody who opens it; the clock is nobody.
            yield Problem("start-not-served", node.id, node.line, node.name, "timer")
        if node.calls and node.calls not in bindings.all_bindings():
            yield Problem("unbound-process", node.id, node.line, node.name, node.calls)
    rules = limit_queries.known_codes()
    drawn = [(n.id, n.line, n.name, n.extra.get("limit", "")) for n in definition.nodes.values()]
    for element, line, name, limit in (("", 0, definition.name, definition.limit), *drawn):
        if limit[:1].isupper() and limit not in rules:
            yield Problem("unbound-limit", element, line, name, limit)
    for lane in definition.lanes:
        if lane.post and duties and lane.post not in duties:
            yield Problem("lane-without-post", lane.id, lane.line, lane.name, lane.post)


def _refused(source: str, faults: Iterable[Fault]) -> Refused:
    lines = [
        f"{source}:{fault.line} {fault.code} {fault.element}"
        f" {getattr(fault, 'name', '')} {fault.detail}".rstrip()
        for fault in faults
    ]
    return Refused("cases.bad-drawing", problems="; ".join(lines))


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
