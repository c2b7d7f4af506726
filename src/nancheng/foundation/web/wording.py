"""Text that has two languages in the data."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language


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


def _read(thing: object, field: str) -> object:
    return thing.get(field) if isinstance(thing, Mapping) else getattr(thing, field, None)
