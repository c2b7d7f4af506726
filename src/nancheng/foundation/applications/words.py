"""The words a token may be given; the rings above name them in the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.applications import rules

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Words = Iterable[tuple[str, tuple[str, ...]]]
Kinds = Iterable[tuple[str, str]]


def verbs() -> list[tuple[str, StrOrPromise]]:
    """Return (word, label) of everything a token may pass on; the label names the calls."""
    listed: Callable[[], Words] = import_string(settings.TOKEN_WORDS)
    found: list[tuple[str, StrOrPromise]] = [
        (verb, f"{verb}（{'，'.join(calls)}）") for verb, calls in listed()
    ]
    return [(rules.EVERYTHING, _("岗位的全部权限")), *found]


def kinds() -> list[tuple[str, str]]:
    """Return (kind, name) of every kind of case."""
    listed: Callable[[], Kinds] = import_string(settings.TOKEN_KINDS)
    return list(listed())
