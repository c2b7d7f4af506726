"""Drawings that speak to each other, for tests: calls, messages, signals, escalations, errors."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nancheng.foundation.cases import actions, delivery, publishing
from nancheng.foundation.cases.actions import Opening
from nancheng.foundation.cases.bindings import Binding, TaskForm
from nancheng.foundation.cases.forms import Opinion
from nancheng.foundation.cases.models import Case, Errand
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.models import Duty, Grant
from nancheng.foundation.people.rules import Actor

Publish = Callable[..., None]

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:nc="urn:nancheng:bpmn:1" id="d" targetNamespace="urn:nancheng:test">'
    '<message id="m_paid" name="paid"/><message id="m_order" name="order"/>'
    '<signal id="s_storm" name="storm"/>'
    '<error id="e_refused" errorCode="refused"/>'
    '<escalation id="x_slow" escalationCode="slow"/>'
)
MESSAGE = '<messageEventDefinition messageRef="{}"/>'
PAID = MESSAGE.format("m_paid")
ORDER = MESSAGE.format("m_order")
STORM = '<signalEventDefinition signalRef="s_storm"/>'
REFUSED = '<errorEventDefinition errorRef="e_refused"/>'
SLOW = '<escalationEventDefinition escalationRef="x_slow"/>'


def start(inner: str = "", name: str = "start") -> str:
    """Return a start event."""
    return f'<startEvent id="{name}">{inner}</startEvent>'


def end(name: str = "end", inner: str = "") -> str:
    """Return an end event."""
    return f'<endEvent id="{name}">{inner}</endEvent>'


def user(name: str, more: str = "", inner: str = "") -> str:
    """Return a user task that the reviewers of the zone do."""
    return f'<userTask id="{name}" name="{name}" nc:form="opinion" {more}>{inner}</userTask>'


def call(name: str, kind: str, more: str = "", inner: str = "") -> str:
    """Return a call activity."""
    return (
        f'<callActivity id="{name}" name="{name}" calledElement="{kind}" {more}>'
        f"{inner}</callActivity>"
    )


def catch(name: str, inner: str, more: str = "") -> str:
    """Return an intermediate catching event."""
    return f'<intermediateCatchEvent id="{name}" {more}>{inner}</intermediateCatchEvent>'


def throw(name: str, inner: str, more: str = "") -> str:
    """Return an intermediate throwing event."""
    return f'<intermediateThrowEvent id="{name}" {more}>{inner}</intermediateThrowEvent>'


def boundary(name: str, host: str, inner: str, more: str = "") -> str:
    """Return an event at the edge of an activity."""
    return f'<boundaryEvent id="{name}" attachedToRef="{host}" {more}>{inner}</boundaryEvent>'


def drawing(key: str, nodes: Sequence[str], *lines: str) -> str:
    """Return a drawing; each line is a chain of nodes such as ``"start > work > end"``."""
    flows: list[str] = []
    for line in lines:
        chain = [name.strip() for name in line.split(">")]
        for source, target in itertools.pairwise(chain):
            number = len(flows)
            flows.append(
                f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
            )
    names = sorted({n.split('id="')[1].split('"')[0] for n in nodes if n.startswith("<userTask")})
    refs = "".join(f"<flowNodeRef>{name}</flowNodeRef>" for name in names)
    lane = f'<laneSet id="l"><lane id="lane" name="审核" nc:post="reviewer">{refs}</lane></laneSet>'
    return (
        f'{HEAD}<process id="{key}" name="{key}" isExecutable="true">'
        f"{lane if names else ''}{''.join(nodes)}{''.join(flows)}</process></definitions>"
    )


def binding(folder: Path, key: str, xml: str, **more: Any) -> Binding:
    """Return the binding of a drawing kept in a folder."""
    path = folder / f"{key}.bpmn"
    path.write_text(xml, encoding="utf-8")
    return Binding(
        kind=key,
        prefix=key[:2].upper(),
        name=key,
        process=path,
        forms={"opinion": TaskForm(form=Opinion)},
        **more,
    )


def publish(*bound: Binding) -> None:
    """Publish what the wiring of a test lists, the called before the callers."""
    for one in bound:
        # Some of them get stuck on purpose.
        publishing.deploy_process(
            one.process.read_bytes(), binding=one, by="test", at=AT, is_explored=False
        )


def begin(kind: str, zone: Zone, *, key: str = "", **variables: object) -> Case:
    """Open a case of a kind; the administration opens it and its reviewers work it."""
    return actions.open_case(
        Opening(kind=kind, title=f"{kind}一件", variables=variables),
        by=zone.fang,
        at=AT,
        key=key or f"begin-{kind}",
    )


def settle(at: Any = AT) -> int:
    """Do all errands that are due."""
    return delivery.deliver_due(at=at)


def only(kind: str) -> Case:
    """Return the one case of a kind."""
    return Case.objects.get(kind=kind)


def errands_of(case: Case) -> Mapping[str, str]:
    """Return the state of each kind of errand of a case."""
    return dict(Errand.objects.filter(source=case).values_list("kind", "state"))


def sender(zone: Zone) -> Actor:
    """Return 方, who may deliver messages and publish drawings in the whole zone."""
    actor = zone.fang
    for verb in ("case.deliver", "case.escalation", "process.publish", "case.correct"):
        actor = granted(actor, verb, "zone", username="fang")
    return actor


def granted(actor: Actor, verb: str, scope: str, *, username: str) -> Actor:
    """Give the duty of an actor one more verb; return the actor as it is then."""
    duty = Duty.objects.get(code=actor.duty)
    Grant.objects.get_or_create(duty=duty, verb=verb, scope=scope)
    return people.actor_of(username=username, on=AT.date())
