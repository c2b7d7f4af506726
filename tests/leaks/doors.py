"""The doors of the platform, found by introspection, and what an entry says of one.

An entry is made with ``opened``, ``own``, ``listed``, ``detail`` or ``gated``. A door without one
fails ``test_every_door_has_an_entry``: say there what may be seen through it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from nancheng.foundation.people.rules import Actor
from tests.leaks import entries
from tests.leaks.sight import Sight

Arguments = Mapping[str, Any]
# The API brings entries of its own, one for each route: see ``test_api``.
ELSEWHERE = ("api",)


@dataclass(frozen=True, slots=True)
class Target:
    """One row's address at a door of rows, and who may come through."""

    arguments: Arguments
    seen_by: Callable[[Actor], bool]


Targets = Callable[[Sight], list[Target]]
Truth = Callable[[Sight, Actor], list[str]]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a list shows: the texts of its key column, by the predicate."""

    truth: Truth
    column: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """What may be seen through one door.

    ``verb`` must be granted to come in at all; "" asks for a post alone, None for nothing.
    """

    verb: str | None
    rows: tuple[Rows, ...] = ()
    targets: Targets | None = None
    nowhere: Arguments = field(default_factory=dict)
    is_posted: bool = False
    why: str = ""


def opened(why: str, *, posted: bool = False) -> Door:
    """Return a door open to all, with the reason."""
    return Door(None, is_posted=posted, why=why)


def own(*rows: Rows, posted: bool = False) -> Door:
    """Return a door for every identity, to what is its own."""
    return Door("", rows=rows, is_posted=posted)


def gated(verb: str, why: str, *, posted: bool = False) -> Door:
    """Return a door that a verb opens, with no row of a department behind it."""
    return Door(verb, why=why, is_posted=posted)


def listed(verb: str, *rows: Rows) -> Door:
    """Return a door to a list."""
    return Door(verb, rows=rows)


def detail(
    verb: str,
    targets: Targets,
    nowhere: Arguments,
    *,
    posted: bool = False,
) -> Door:
    """Return a door to single rows; ``nowhere`` is an address like theirs that leads nowhere."""
    return Door(verb, targets=targets, nowhere=nowhere, is_posted=posted)


def found() -> Iterator[str]:
    """Yield the name of every pattern of the URLconf."""
    yield from _walk(get_resolver(), ())


def _walk(resolver: URLResolver, above: tuple[str, ...]) -> Iterator[str]:
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            if above and above[0] in ELSEWHERE:
                continue
            assert each.name, f"a door without a name: {each.pattern} {each.callback}"
            yield ":".join((*above, each.name))
        else:
            yield from _walk(each, (*above, each.namespace) if each.namespace else above)


def known() -> dict[str, Door]:
    """Return every entry by the door's name."""
    doors: dict[str, Door] = {}
    for each in pkgutil.iter_modules(entries.__path__, f"{entries.__name__}."):
        found: dict[str, Door] = importlib.import_module(each.name).DOORS
        assert not doors.keys() & found.keys()
        doors |= found
    return doors


def address(name: str, arguments: Arguments | None = None) -> str:
    """Return the address of a door."""
    return reverse(name, kwargs=dict(arguments or {}))
