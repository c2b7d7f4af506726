"""The door of ``nancheng simulate``: its arguments, what it prints, its exit code."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

Say = Callable[[str], None]


def arguments(command: argparse.ArgumentParser) -> None:
    """Say what may be asked."""
    command.add_argument("kind", nargs="?", default="", help="the kind of case: its log and posts")
    command.add_argument("--file", type=Path, help="a drawing, instead of that of the kind")
    command.add_argument("--settings", type=Path, help="durations, staff and shares, in TOML")
    command.add_argument("--cases", type=int, default=200)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--days", type=int, default=90, help="calendar days to run")
    command.add_argument("--from", dest="begins_on", type=date.fromisoformat, help="first day")
    command.add_argument("--per-day", type=float, default=0.0, help="cases that begin a day")
    command.add_argument("--no-log", action="store_true", help="learn nothing from finished cases")
    command.add_argument("--json", action="store_true")


def run(given: argparse.Namespace, *, say: Say) -> int:
    """Simulate and print; 0, or 2 when what was asked cannot be run."""
    from nancheng.config.simulation import report, run, settings
    from nancheng.foundation.web import refusals
    from nancheng.kernel.refusal import Refused

    request = run.Request(
        kind=given.kind,
        file=given.file,
        settings=given.settings,
        cases=given.cases,
        seed=given.seed,
        days=given.days,
        begins_on=given.begins_on,
        per_day=given.per_day,
        with_log=not given.no_log,
    )
    try:
        found = run.run(request)
    except settings.UnreadableError as unreadable:
        return _cannot(say, *unreadable.faults)
    except OSError as error:
        return _cannot(say, f"{error.filename}: {error.strerror}")
    except Refused as refused:
        return _cannot(say, str(refusals.text(refused)))
    if given.json:
        say(json.dumps(report.as_json(found), ensure_ascii=False, indent=2))
    else:
        for line in report.lines(found):
            say(line)
    return 0


def _cannot(say: Say, *lines: str) -> int:
    for line in lines:
        say(line)
    return 2
