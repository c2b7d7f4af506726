"""The left menu as values; the wiring lists them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the menu.

    ``page`` is a URL name without arguments. ``verb`` hides the line from identities that are not
    granted it. ``count`` is the dotted name of ``f(actor, *, at) -> int``, shown in red when it is
    not zero.
    """

    label: str | Promise
    page: str
    icon: str
    verb: str = ""
    count: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of the menu under one heading."""

    label: str | Promise
    items: tuple[Item, ...]
