"""What a decision answers: the value, the rows that decided, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nancheng.kernel.decisions.problems import Problem


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a table or a decision.

    ``value`` is the value in FEEL. ``values`` gives it by output name (several hits: a list for
    each output). ``rows`` are the rows of the table that decided, from 1, in the order in which
    they count; none for a default, for no hit, and for what is not a table. ``problem`` says why
    there is no value where the table or the input is at fault; an input outside its allowed values
    counts as null and is named, whether a row hit or not. ``because`` holds the outcomes of
    the decisions that this one required, by name.
    """

    value: object
    values: Mapping[str, object] = field(default_factory=dict)
    rows: tuple[int, ...] = ()
    problem: Problem | None = None
    because: Mapping[str, Outcome] = field(default_factory=dict)

    @property
    def row(self) -> int | None:
        """The first row that decided, None when no row did."""
        return self.rows[0] if self.rows else None
