"""Faults of a model, as values: all of them are listed, none of them stops the reading."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: its code, the element's id and line in the file, and what was found there.

    ``element`` is empty and ``line`` 0 where a model was not read from a file.
    """

    code: str
    element: str = ""
    line: int = 0
    detail: str = ""


class ModelError(ValueError):
    """A model cannot be compiled; ``problems`` lists every fault."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{found.code} {found.detail}" for found in problems))
        self.problems = problems
