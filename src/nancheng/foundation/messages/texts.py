"""What a notice says: each app's texts by code, filled in when somebody reads.

An app lays its texts in ``notices.py`` as ``NOTICES``: code → lazy text with %(figure)s. Figures
whose name ends in ``_fen`` are shown as yuan; days and moments in the zone's time. ``KINDS`` beside
it (key → label, codes) says which of them one asks for together.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec

from django.apps import apps
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from nancheng.foundation.web import figures

logger = logging.getLogger(__name__)


def said(code: str, shown: Mapping[str, object]) -> str:
    """Return the text of a notice in the reader's language; never an error for the reader."""
    text = registry().get(code)
    if text is None:
        logger.error("notice without a text: %s", code)
    else:
        try:
            return str(text) % {name: _figure(name, value) for name, value in shown.items()}
        except (KeyError, ValueError, TypeError):
            logger.exception("notice text does not fit its figures: %s %s", code, shown)
    return _("您有一条新通知：%(title)s") % {"title": shown.get("title", code)}


@lru_cache(maxsize=1)
def registry() -> Mapping[str, str | Promise]:
    """Return every installed app's notice texts by code."""
    texts: dict[str, str | Promise] = {}
    for app in apps.get_app_configs():
        if app.name.startswith("nancheng.") and find_spec(f"{app.name}.notices"):
            texts |= import_string(f"{app.name}.notices.NOTICES")
    return texts


@dataclass(frozen=True, slots=True)
class Kind:
    """Notices that one asks for together."""

    key: str
    label: str | Promise
    codes: tuple[str, ...]


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    """Return the kinds of notices that the installed apps send."""
    return tuple(
        Kind(key, label, codes)
        for app in apps.get_app_configs()
        if app.name.startswith("nancheng.") and find_spec(f"{app.name}.notices")
        for key, (label, codes) in import_string(f"{app.name}.notices.KINDS").items()
    )


def kind_said(code: str) -> str:
    """Return the label of the kind that a code belongs to, or the code."""
    return str(next((kind.label for kind in kinds() if code in kind.codes), code))


def _figure(name: str, value: object) -> object:
    if name.endswith("_fen") and isinstance(value, int):
        return figures.money(value)
    if name.endswith("_on") and isinstance(value, str):
        return figures.day(parse_date(value))
    if name.endswith("_at") and isinstance(value, str):
        return figures.moment(parse_datetime(value))
    return value
