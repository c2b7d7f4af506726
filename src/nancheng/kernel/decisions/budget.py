"""What one evaluation may cost: steps, size and depth, so that no expression can hang a server."""

from __future__ import annotations

from datetime import datetime

STEPS = 250_000
SIZE = 2_000_000
DEPTH = 48
CHARACTERS_A_STEP = 1_000


class FeelLimitExceeded(Exception):  # noqa: N818
    """An expression asked for more steps, size or depth than one evaluation may have."""


class Budget:
    """What is left for one evaluation; every loop, call and growing value takes from it.

    ``steps`` counts iterations, calls and steps of the pattern matcher; ``size`` counts list items
    and characters made; ``depth`` counts nested calls. ``at`` is the moment that ``now()`` and
    ``today()`` answer (aware), or None when the caller has none to give. ``trace`` gathers the
    outcomes of the tables on the way, when the caller wants them.
    """

    __slots__ = ("at", "depth", "size", "steps", "trace")

    def __init__(
        self,
        *,
        steps: int = STEPS,
        size: int = SIZE,
        depth: int = DEPTH,
        at: datetime | None = None,
    ) -> None:
        self.steps = steps
        self.size = size
        self.depth = depth
        self.at = at
        self.trace: list[object] | None = None

    def spend(self, steps: int = 1) -> None:
        """Take steps; raise FeelLimitExceeded when they are used up."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelLimitExceeded("the expression takes too many steps")

    def grow(self, items: int) -> None:
        """Take room for a list or text of so many items; raise FeelLimitExceeded beyond it."""
        self.size -= items
        if self.size < 0:
            raise FeelLimitExceeded("the expression makes too large a value")

    def read(self, text: str) -> None:
        """Take steps for going through a text, one for each thousand characters."""
        self.spend(len(text) // CHARACTERS_A_STEP)

    def enter(self) -> None:
        """Go one call deeper; raise FeelLimitExceeded when calls nest too deeply."""
        self.spend()
        self.depth -= 1
        if self.depth < 0:
            raise FeelLimitExceeded("the expression calls itself too deeply")

    def leave(self) -> None:
        """Come back from a call."""
        self.depth += 1


# For expressions in which nothing can loop or grow: whoever spends from it fails at once.
NOTHING = Budget(steps=0, size=0, depth=0)
