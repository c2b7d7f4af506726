"""Who may be the second hand."""

from __future__ import annotations

from collections.abc import Set as AbstractSet


def are_apart(asked: AbstractSet[int], deciding: AbstractSet[int]) -> bool:
    """Say whether two hands are two persons: nobody, and nobody's deputy, stands on both sides.

    Each side is the person who acts and the one whom he or she stands in for.
    """
    return not asked & deciding
