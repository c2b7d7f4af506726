"""``nancheng audit``: verify the history, seal it, and hand it to an auditor."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

Say = Callable[[str], None]
PROGRESS_EVERY = 20_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what the command takes."""
    kinds = parser.add_subparsers(required=True, metavar="what", dest="what")
    verify = kinds.add_parser("verify", help="verify every history and root; name what differs")
    verify.add_argument("--since", type=date.fromisoformat, help="only what grew on or after a day")
    verify.add_argument("--root", default="", help="a root noted elsewhere, to be found again")
    export = kinds.add_parser("export", help="write a bundle that verifies itself, without us")
    export.add_argument("target", type=Path, metavar="DIR|FILE.zip")
    export.add_argument("--case", default="", help="one case, by its number")
    export.add_argument("--from", dest="since", type=date.fromisoformat, help="moved on or after")
    export.add_argument("--to", dest="until", type=date.fromisoformat, help="moved on or before")
    kinds.add_parser("seal", help="seal what is there under a new root now")


def run(given: argparse.Namespace, *, say: Say) -> int:
    """Run one of the audit's commands; return the exit code."""
    return _KINDS[given.what](given, say)


def _verify(given: argparse.Namespace, say: Say) -> int:
    from nancheng.foundation.audit import queries, verifying

    faults = cases = events = reported = 0
    every = queries.touched(since=given.since).count()
    for looked in verifying.histories(since=given.since):
        cases, events = cases + 1, events + looked.events
        for fault in looked.faults:
            faults += 1
            say(f"FAIL {fault}")
        if events >= reported + PROGRESS_EVERY:
            reported = events
            print(f"{cases} of {every} cases, {events} events", file=sys.stderr, flush=True)
    for fault in verifying.together(since=given.since, noted=given.root):
        faults += 1
        say(f"FAIL {fault}")
    newest = queries.newest_root()
    say(f"{cases} cases, {events} events, root {newest.root if newest else 'none yet'}")
    say(f"{faults} faults; the first is the first line above" if faults else "the history is whole")
    return 1 if faults else 0


def _seal(_given: argparse.Namespace, say: Say) -> int:
    from django.utils import timezone

    from nancheng.foundation.audit import actions

    while (root := actions.seal(at=timezone.now())) is not None:
        say(f"root {root.number}: {root.leaves} cases, {root.root}")
        if root.leaves < actions.LEAVES_MAX:
            return 0
    say("another hand was sealing; try again")
    return 1


def _export(given: argparse.Namespace, say: Say) -> int:
    from django.utils import timezone

    from nancheng.foundation.audit import bundles
    from nancheng.foundation.web import refusals
    from nancheng.kernel.refusal import Refused

    scope = bundles.Scope(given.case, given.since, given.until)
    try:
        count = bundles.write(given.target, scope=scope, at=timezone.now(), by=getpass.getuser())
    except Refused as refused:
        say(refusals.text(refused))
        return 1
    say(f"{count} cases in {given.target}; python -I verify.py inside it verifies them")
    return 0


_KINDS: dict[str, Callable[[argparse.Namespace, Say], int]] = {
    "verify": _verify,
    "export": _export,
    "seal": _seal,
}
