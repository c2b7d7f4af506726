"""What surrounds a page: menu, counts, identities, notices; read only when the shell is drawn.

The rings below do not know the rings above, so ``config`` names what the shell asks:

- ``settings.MENU``: groups of ``nancheng.foundation.web.menu``;
- ``settings.SHELL``: ``identities`` (dotted ``f(*, person_id, on) -> rows`` with ``identity_id``,
  ``post_name``, ``department_name`` and their ``_en``), ``notices`` (dotted ``f(actor, *, at) ->
  int``), ``alerts`` (dotted ``f(actor, *, at) -> [(text, address)]``, above the content of every
  page), ``notices_page`` and ``search_page`` (URL names; the search box sends ``q``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.module_loading import import_string

from nancheng.foundation.web import wording
from nancheng.foundation.web.menu import Group, Item

WHOLE_PAGE = "web/base.html"
IN_DRAWER = "web/drawer.html"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the menu as drawn."""

    label: str | Promise
    href: str
    icon: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """What surrounds a page."""

    person: str
    post: str
    department: str
    identity_id: int | None
    identities: Sequence[object]
    menu: Sequence[tuple[str | Promise, Sequence[Line]]]
    notices: int
    notices_href: str
    alerts: Sequence[tuple[str, str]]
    search_href: str
    search: str


def context(request: HttpRequest) -> dict[str, object]:
    """Give each template its layout and the shell; the shell asks nothing until it is drawn."""
    return {
        "layout": IN_DRAWER if is_drawer(request) else WHOLE_PAGE,
        "shell": SimpleLazyObject(lambda: _shell(request)),
    }


def is_drawer(request: HttpRequest) -> bool:
    """Say whether the answer goes into the drawer instead of the window."""
    return request.headers.get("HX-Target", "").endswith("#drawer")


def _shell(request: HttpRequest) -> Shell:
    at = timezone.now()
    actor = getattr(request, "identity", None) or None
    names: Mapping[str, str] = getattr(settings, "SHELL", {})
    person_id = getattr(getattr(request, "user", None), "pk", None)
    search_href = _address(names.get("search_page", ""))
    identity_id = getattr(actor, "identity_id", None)
    identities = _identities(names, person_id=person_id, at=at) if actor else ()
    # The choices have both languages, the actor only the one that history is written in.
    mine = next((i for i in identities if getattr(i, "identity_id", None) == identity_id), actor)
    return Shell(
        person=getattr(actor, "name", ""),
        post=wording.named(mine, "post_name"),
        department=wording.named(mine, "department_name"),
        identity_id=identity_id,
        identities=identities,
        menu=_menu(request.path, actor, at=at) if actor else (),
        notices=_count(names.get("notices", ""), actor, at=at) if actor else 0,
        alerts=_alerts(names.get("alerts", ""), actor, at=at) if actor else (),
        notices_href=_address(names.get("notices_page", "")),
        search_href=search_href,
        search=request.GET.get("q", "")[:100] if request.path == search_href else "",
    )


def _identities(names: Mapping[str, str], *, person_id: Any, at: datetime) -> Sequence[object]:
    if not names.get("identities") or person_id is None:
        return ()
    listed: Callable[..., Sequence[object]] = import_string(names["identities"])
    return listed(person_id=person_id, on=timezone.localdate(at))


def _menu(path: str, actor: Any, *, at: datetime) -> Sequence[tuple[str | Promise, Sequence[Line]]]:
    groups: Sequence[Group] = getattr(settings, "MENU", ())
    shown = [
        (group.label, [(item, href) for item in group.items if (href := _href(item, actor))])
        for group in groups
    ]
    current = max(
        (href for _, items in shown for _, href in items if _holds(href, path)),
        key=len,
        default="",
    )
    return [
        (
            label,
            [
                Line(
                    item.label,
                    href,
                    item.icon,
                    _count(item.count, actor, at=at),
                    is_current=href == current,
                )
                for item, href in items
            ],
        )
        for label, items in shown
        if items
    ]


def _holds(href: str, path: str) -> bool:
    return path == href or (href != "/" and path.startswith(href))


def _href(item: Item, actor: Any) -> str:
    # A deputy's menu has the lines of whom he or she stands in for as well.
    verbs = getattr(actor, "every_verb", None) or actor.verbs
    return "" if item.verb and item.verb not in verbs else _address(item.page)


def _alerts(dotted: str, actor: Any, *, at: datetime) -> Sequence[tuple[str, str]]:
    return tuple(import_string(dotted)(actor, at=at)) if dotted else ()


def _count(dotted: str, actor: Any, *, at: datetime) -> int:
    return int(import_string(dotted)(actor, at=at)) if dotted else 0


def _address(page: str) -> str:
    if not page:
        return ""
    try:
        return reverse(page)
    except NoReverseMatch:
        # An installation may leave a domain out; its lines leave the menu with it.
        return ""
