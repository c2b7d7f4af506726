"""The door of ``nancheng verify``: its arguments, what it prints, its exit code."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nancheng.config.verification import Verdict

Say = Callable[[str], None]

FAULTS, CANNOT, UNDECIDED = 1, 2, 3


def arguments(command: argparse.ArgumentParser) -> None:
    """Say what may be asked."""
    command.add_argument("--file", type=Path, help="one drawing or decision model, not the tree")
    command.add_argument("--kind", default="", help="the kind of case whose forms it uses")
    command.add_argument("--states", type=int, default=0, help="how many states to look at")


def run(given: argparse.Namespace, *, say: Say) -> int:
    """Judge and print; 0 sound, 1 faults, 2 cannot be read, 3 no fault within the bound reached."""
    from nancheng.foundation.cases import bindings
    from nancheng.foundation.web import refusals
    from nancheng.kernel.refusal import Refused

    if given.kind and given.kind not in bindings.all_bindings():
        say(f"no kind of case {given.kind!r}; there are: {', '.join(bindings.all_bindings())}")
        return CANNOT
    try:
        found = list(_verdicts(given))
    except OSError as error:
        say(f"{error.filename}: {error.strerror}")
        return CANNOT
    except Refused as refused:
        say(str(refusals.text(refused)))
        return CANNOT
    for verdict in found:
        say(f"{_mark(verdict)} {verdict.source} ({verdict.looked_at})")
        for fault in verdict.faults:
            say(f"     {fault}")
    if any(verdict.faults for verdict in found):
        return FAULTS
    return 0 if all(verdict.complete for verdict in found) else UNDECIDED


def _verdicts(given: argparse.Namespace) -> Iterator[Verdict]:
    from nancheng.config import verification
    from nancheng.foundation.cases import bindings
    from nancheng.kernel.process import explore

    if given.file is None:
        return verification.verdicts()
    binding = bindings.binding(given.kind) if given.kind else None
    states = given.states or explore.STATES_MAX
    return verification.file_verdicts(given.file, binding=binding, states_max=states)


def _mark(verdict: Verdict) -> str:
    if verdict.faults:
        return "FAIL"
    return "ok  " if verdict.complete else "????"
