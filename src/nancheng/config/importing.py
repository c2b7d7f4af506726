"""The door of ``nancheng import``: a calendar notice, tried dry or put before a second person."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable
from pathlib import Path

Say = Callable[[str], None]
SHOWN_MAX = 20


def arguments(command: argparse.ArgumentParser) -> None:
    """Say what may be asked."""
    whats = command.add_subparsers(required=True, metavar="what")
    calendar = whats.add_parser("calendar", help="a year's notice of rest days, as CSV")
    calendar.add_argument("file", type=Path)
    calendar.add_argument("--year", type=int, required=True)
    calendar.add_argument(
        "--by", default="", help="the sign-in name that proposes it; without, nothing is written"
    )
    calendar.add_argument("--reason", default="nancheng import", help="why, for whoever confirms")


def run(given: argparse.Namespace, *, say: Say) -> int:
    """Print what the notice would change, and propose it; 0, or 2 when it cannot be."""
    from django.core.exceptions import ObjectDoesNotExist

    from nancheng.foundation.cases import calendar
    from nancheng.foundation.web import refusals
    from nancheng.kernel.refusal import Refused

    try:
        content = given.file.read_bytes()
        shown = calendar.preview(content, year=given.year)
        _print(shown, say)
        if given.by:
            _propose(shown, content, given)
            say("proposed: a second person confirms it under /confirmations/")
        else:
            say("nothing is written; --by NAME proposes it")
    except OSError as error:
        say(f"{error.filename}: {error.strerror}")
    except ObjectDoesNotExist:
        say(f"{given.by}: nobody of this name holds a post")
    except Refused as refused:
        say(str(refusals.text(refused)))
    else:
        return 0
    return 2


def _print(shown: object, say: Say) -> None:
    from nancheng.foundation.cases.calendar import Preview

    assert isinstance(shown, Preview)
    say(f"{shown.year} · {shown.number}")
    for day in shown.days:
        said = "worked" if day.is_worked else "rest"
        say(f"  {day.on} {said} (now {'worked' if day.was_worked else 'rest'}) {day.name}".rstrip())
    say(f"{len(shown.moves)} of {shown.looked_at} running clocks would move")
    for move in shown.moves[:SHOWN_MAX]:
        step = move.clock.task.name if move.clock.task else "—"
        number = move.clock.case.number
        say(f"  {number} {step}: {move.clock.due_on} → {move.now.due_on}")
    if shown.looked_at < shown.running:
        say(f"  only the first {shown.looked_at} of {shown.running} were looked at")
    timers = shown.timers
    say(f"{len(timers.moves)} of {timers.looked_at} waiting timers would move")
    if timers.unknown:
        say(f"  {len(timers.unknown)} keep their date: their length cannot be had again")
    if timers.looked_at < timers.waiting:
        say(f"  only the first {timers.looked_at} of {timers.waiting} were looked at")


def _propose(shown: object, content: bytes, given: argparse.Namespace) -> None:
    from django.utils import timezone

    from nancheng.foundation.cases import calendar
    from nancheng.foundation.cases.calendar import Preview
    from nancheng.foundation.people import queries as people

    assert isinstance(shown, Preview)
    at = timezone.now()
    calendar.propose(
        shown,
        reason=given.reason,
        by=people.actor_of(username=given.by, on=timezone.localdate(at)),
        at=at,
        # The same file proposed twice by the same person is one proposal.
        key=hashlib.sha256(content).hexdigest()[:32],
    )
