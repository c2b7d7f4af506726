"""Where a dangerous operation plugs in: a value per operation, found through the settings.

``settings.TWO_HANDS`` holds dotted names of tuples of ``Operation`` that the wiring lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from nancheng.foundation.people.rules import Actor

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, as the operation gets it when it is confirmed."""

    confirmation_id: int
    subject: str
    figures: Figures
    reason: str
    department_id: int
    asked_by: int  # identity
    asked_label: str


class Run(Protocol):
    """What carries an operation out, once, inside the transaction of the confirmation."""

    def __call__(self, asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
        """Do it; ``by`` confirms. Raise ``Refused`` and it stays waiting."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of dangerous operation.

    ``ask`` and ``confirm`` are verbs: who may ask is judged where it is asked, who may confirm by
    the one rule on the department that the confirmation concerns. ``lines`` says the figures in
    words for whoever confirms.
    """

    code: str
    name: str | Promise
    ask: str
    confirm: str
    run: Run
    lines: Callable[[Figures], Sequence[tuple[str | Promise, object]]] | None = None
    # Figures that are kept only as long as the request waits: what opens something, or could.
    secrets: frozenset[str] = frozenset()

    def said(self, figures: Figures) -> Sequence[tuple[str | Promise, object]]:
        """Return the figures as (label, value)."""
        return self.lines(figures) if self.lines else list(figures.items())


@cache
def all_operations() -> Mapping[str, Operation]:
    """Return every operation by code."""
    found: dict[str, Operation] = {}
    for name in settings.TWO_HANDS:
        for operation in import_string(name):
            assert operation.code not in found, f"two operations {operation.code}"
            found[operation.code] = operation
    return found


def operation(code: str) -> Operation:
    """Return the operation of a code; one without a value is a programming error."""
    return all_operations()[code]


def choices() -> list[tuple[str, str | Promise]]:
    """Return the operations, for a filter."""
    return [(code, each.name) for code, each in all_operations().items()]
