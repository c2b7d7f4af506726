"""Text that has two languages in the data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

LIMIT = re.compile(r"(case-)?([0-9]+)(cd|wd|wh|h|m)", re.ASCII)
_STANDING_IN = re.compile("（代(.+?)）")


def is_english() -> bool:
    """Say whether the reader chose English."""
    return (get_language() or "").startswith("en")


def named(thing: object, field: str = "name") -> str:
    """Return ``thing.name_en`` for an English reader if it is filled, else ``thing.name``.

    ``field`` chooses another pair of columns ("title", "post_name"). A mapping serves as well; None
    gives an empty text.
    """
    if thing is None:
        return ""
    other = _read(thing, f"{field}_en") if is_english() else None
    return str(other or _read(thing, field) or "")


def label(written: str, *, place: bool = False) -> str:
    """Return whom a history names, in the reader's language.

    History is written once, in Chinese: "name · department · post", several set apart by "、". For
    an English reader departments and posts are called by their English names where they have one;
    a person's name stays, as does a word alone unless it is a ``place``: a department that was
    addressed. ``settings.ENGLISH_NAME`` (dotted ``f(name) -> str``) knows the names.
    """
    if not written or not is_english() or not getattr(settings, "ENGLISH_NAME", ""):
        return written
    each = written.split("、")
    return ", ".join(_english_label(one) if place or " · " in one else one for one in each)


def _english_label(written: str) -> str:
    english: Callable[[str], str] = import_string(settings.ENGLISH_NAME)
    parts = written.split(" · ")
    # Of three the first is a person; of fewer each is a department or a post.
    person = [_STANDING_IN.sub(r" (for \1)", name) for name in parts[:-2]]
    return " · ".join([*person, *map(english, parts[len(person) :])])


def limit(text: str) -> str:
    """Return a limit in words: "15wd" → "15个工作日"; a rule's code stays as it is."""
    found = LIMIT.fullmatch(text)
    if found is None:
        return text
    count = int(found[2])
    words = {
        "cd": ngettext("%(count)s日", "%(count)s日", count),
        "wd": ngettext("%(count)s个工作日", "%(count)s个工作日", count),
        "wh": ngettext("%(count)s个工作小时", "%(count)s个工作小时", count),
        "h": ngettext("%(count)s小时", "%(count)s小时", count),
        "m": ngettext("%(count)s个月", "%(count)s个月", count),
    }[found[3]] % {"count": found[2]}
    return _("全程期限前%(days)s") % {"days": words} if found[1] else words


def listed(names: Iterable[object]) -> str:
    """Return names in one line, set apart as the reader's language does."""
    return (", " if is_english() else "、").join(map(str, names))


def weekday(on: date) -> str:
    """Return the day of the week."""
    days = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return days[on.weekday()]


def duration(span: timedelta) -> str:
    """Return a length of time in hours and minutes."""
    minutes = int(span.total_seconds()) // 60
    return _("%(hours)s小时%(minutes)s分") % {"hours": minutes // 60, "minutes": minutes % 60}


def _read(thing: object, field: str) -> object:
    return thing.get(field) if isinstance(thing, Mapping) else getattr(thing, field, None)
