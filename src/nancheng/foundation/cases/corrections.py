"""Correcting a variable of a case takes two: one proposes, another confirms and it is done.

What was there, what is put there and why stand in the case's history with both names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import advance as moves
from nancheng.foundation.cases import queries, store
from nancheng.foundation.cases.advance import Hand
from nancheng.foundation.cases.models import Case
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.confirmations.operations import Asked, Figures, Operation
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import wire
from nancheng.kernel.refusal import Refused

CODE = "cases.correct"
ASK = "case.correct"
CONFIRM = "case.correct-confirm"
VALUE_MAX = 4000


@dataclass(frozen=True, slots=True)
class Correction:
    """One variable of a case, the text of its new value, and why."""

    case_id: int
    name: str
    text: str
    reason: str


def propose(wanted: Correction, *, by: Actor, at: datetime, key: str) -> Confirmation:
    """Put a correction before a second person; nothing changes yet.

    Raises ``Refused`` for a case beyond reach, a variable the case does not have, and a value of
    another sort than the one that is there.
    """
    queries.allow(by, ASK, wanted.case_id)
    case = Case.objects.get(pk=wanted.case_id)
    known = variables(case)
    if wanted.name not in known:
        raise Refused("cases.no-such-variable", field="name", name=wanted.name)
    old = known[wanted.name]
    new = parsed(wanted.text, like=old)
    if new == old:
        raise Refused("cases.nothing-corrected", field="text")
    figures = {"case_id": case.pk, "number": case.number, "name": wanted.name}
    wish = Wish(
        operation=CODE,
        subject=f"{case.number} {case.title}"[:200],
        reason=wanted.reason,
        figures={**figures, "old": wire.value_to_json(old), "new": wire.value_to_json(new)},
        department_id=case.department_id,
    )
    return confirmations.ask(wish, by=by, at=at, key=key)


def variables(case: Case) -> dict[str, Any]:
    """Return the variables of a case that was read through the ORM as the values they are."""
    read: dict[str, Any] = wire.value_from_json(case.variables)
    return read


def parsed(text: str, *, like: Any) -> Any:
    """Return a text as a value of the sort that is there; a text stays as it is written."""
    if len(text) > VALUE_MAX:
        raise Refused("cases.value-unreadable", field="text")
    if isinstance(like, str):
        return text.strip()
    try:
        reader = READERS.get(type(like))
        value = reader(text.strip()) if reader else _structure(text)
    except UNREADABLE as error:
        raise Refused("cases.value-unreadable", field="text") from error
    if like is not None and _sort(value) is not _sort(like):
        raise Refused("cases.value-unreadable", field="text")
    return value


def _structure(text: str) -> Any:
    """Read numbers, lists and mappings, values that JSON lacks in the marks of ``wire``."""
    return wire.value_from_json(json.loads(text, parse_constant=_no_number))


def _no_number(text: str) -> Any:
    """Refuse NaN and Infinity, which no database keeps. Raises ``ValueError``."""
    raise ValueError(text)


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    return value if value.is_finite() else _no_number(text)


# A hostile text can put anything behind a mark.
UNREADABLE = (ValueError, ArithmeticError, RecursionError, TypeError, AttributeError)
# What these values look like to a person is their own text.
READERS: Mapping[type[Any], Callable[[str], Any]] = {
    Decimal: _decimal,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    time: time.fromisoformat,
}


def _sort(value: Any) -> type[Any]:
    """Return the sort of a value: whole and other numbers are one."""
    if isinstance(value, bool):
        return bool
    return float if isinstance(value, int | float | Decimal) else type(value)


def shown(value: Any) -> str:
    """Return a value as a person reads and writes it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    is_text = isinstance(value, str | Decimal)
    return str(value) if is_text else json.dumps(wire.value_to_json(value), ensure_ascii=False)


def run(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Carry a correction out: the second person has confirmed it."""
    figures = asked.figures
    queries.allow(by, CONFIRM, figures["case_id"])
    case = store.load(case_id=figures["case_id"])
    assert case is not None, asked
    old, new = (wire.value_from_json(figures[which]) for which in ("old", "new"))
    if case.state.variables.get(figures["name"]) != old:
        raise Refused("cases.changed-meanwhile", name=figures["name"])
    note = {"opinion": asked.reason, "asked_by": asked.asked_label, "old": figures["old"]}
    hand = Hand(by, at, f"{by.identity_id}:{key}", note)
    values = {figures["name"]: new}
    moves.advance(case, m.SetVariables(at, hand.name, values), hand=hand)


def lines(figures: Figures) -> Sequence[tuple[str | Promise, object]]:
    """Say a correction in words, for whoever confirms."""
    return [
        (_("事项编号"), figures["number"]),
        (_("变量"), figures["name"]),
        (_("原值"), shown(wire.value_from_json(figures["old"]))),
        (_("新值"), shown(wire.value_from_json(figures["new"]))),
    ]


OPERATIONS = (Operation(CODE, _("更正办件变量"), ask=ASK, confirm=CONFIRM, run=run, lines=lines),)
