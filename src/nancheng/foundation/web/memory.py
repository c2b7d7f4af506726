"""What a process keeps between requests because it never changes: forgotten all at once.

Only for answers that stay true (a published version, the post of a duty in a department). Tests
forget before each database they begin, since such a database uses ids anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_KEPT: list[Callable[[], None]] = []
SIZE = 4096


def kept(function: Callable[P, R]) -> Callable[P, R]:
    """Keep a function's answers. Its arguments must be hashable; an exception is not kept."""
    cached: Any = lru_cache(maxsize=SIZE)(function)
    _KEPT.append(cached.cache_clear)

    @wraps(function)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        found: R = cached(*args, **kwargs)
        return found

    return answer


def forget() -> None:
    """Forget everything kept."""
    for clear in _KEPT:
        clear()
