"""Where a line of business plugs in: a value per kind of case, found through the settings.

The one place of the foundation that looks upwards: ``settings.PROCESS_BINDINGS`` holds dotted names
that the wiring lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import memory

if TYPE_CHECKING:
    from nancheng.foundation.cases.models import Case

Values = Mapping[str, Any]
FormClass = type[forms.Form]
Prepare = Callable[[forms.Form, Actor], None]


class Handler(Protocol):
    """What a service task calls, inside the transaction of the command that reached it."""

    def __call__(
        self, *, case_id: int, variables: Values, by: Actor | None, at: datetime, key: str
    ) -> Values:
        """Do the work and return variables to merge; raise ``Refused`` to refuse the command."""


class Before(Protocol):
    """A domain's writes when a task is completed, inside the same transaction."""

    def __call__(
        self, *, case_id: int, values: Values, by: Actor, at: datetime, key: str
    ) -> Values:
        """Check, write, and return variables to merge; raise ``Refused`` to refuse."""


@dataclass(frozen=True, slots=True)
class TaskForm:
    """The form of a user task, and what the domain does with it first."""

    form: type[forms.Form]
    before: Before | None = None
    # What the form shows at first: case id → initial values.
    initial: Callable[[int], Values] | None = None
    # A page of the domain's own where this task is done instead of the drawer: case id → address.
    page: Callable[[int], str] | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """A paper without which a closed case is not archived; ``purpose`` is the attachments'."""

    purpose: str
    name: str | Promise


class Reopened(Protocol):
    """A domain's own rows for a case that goes on with an earlier one."""

    def __call__(self, *, case_id: int, earlier_id: int, by: Actor, at: datetime, key: str) -> None:
        """Make them; raise ``Refused`` and nothing is reopened."""


class Opens(Protocol):
    """A domain's own way to begin a case from the values of its opening form."""

    def __call__(self, *, title: str, values: Values, by: Actor, at: datetime, key: str) -> Case:
        """Open it, once under its key; raise ``Refused`` naming the field that is wrong."""


@dataclass(frozen=True, slots=True)
class Binding:
    """How one kind of case runs."""

    kind: str
    prefix: str
    name: str | Promise
    process: Path
    decisions: tuple[Path, ...] = ()
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    forms: Mapping[str, TaskForm] = field(default_factory=dict)
    # The domain's panel on the case page: a template, and the function that fills it.
    panel: str = ""
    facts: Callable[..., Mapping[str, Any]] | None = None
    # What is asked of whoever opens such a case without a page of the domain; its values are the
    # case's first variables. Without it, only the domain opens one.
    opening: FormClass | None = None
    # What that form needs to know of the one who opens: which departments may be chosen.
    prepare: Prepare | None = None
    # The verb that opens one by that form, and what is said above it.
    opens: str = "case.open"
    hint: str | Promise = ""
    # The domain's own way to begin a case from those values; without it, ``actions.open_case``.
    open_case: Opens | None = None
    # Who takes part in a case that is opened so, or that another case, a message or a signal
    # begins: values → party → department. Without it, whoever takes part in the case that sent it.
    parties: Callable[[Values], Mapping[str, int]] | None = None
    # Called once when the case is closed or terminated, inside the same transaction.
    on_end: Handler | None = None
    # Called once when a case goes on as a new one, inside the same transaction.
    on_reopen: Reopened | None = None
    # What the archive asks for, and the retention class it proposes.
    materials: tuple[Material, ...] = ()
    retention: str = "30y"


@memory.kept
def all_bindings() -> Mapping[str, Binding]:
    """Return every binding by kind of case."""
    found: dict[str, Binding] = {}
    for name in settings.PROCESS_BINDINGS:
        for binding in import_string(name):
            assert binding.kind not in found, f"two bindings for {binding.kind}"
            found[binding.kind] = binding
    return found


def binding(kind: str) -> Binding:
    """Return the binding of a kind of case; a kind without one is a programming error."""
    return all_bindings()[kind]
