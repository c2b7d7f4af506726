"""``nancheng backup`` and ``nancheng restore``: what they say and how they end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from nancheng.config.backups import actions
from nancheng.foundation.web import refusals
from nancheng.kernel.refusal import Refused

Say = Callable[[str], None]


def backup(file: Path, *, say: Say) -> int:
    """Write a backup; return the exit code: 1 if it was refused or a content was damaged."""
    try:
        done = actions.write(file, at=timezone.now(), say=say)
    except (Refused, OSError) as error:
        return _failed(error, say)
    for sha256 in done.damaged:
        say(f"FAIL content {sha256} is missing or damaged and not in the backup")
    say(f"{done.rows} rows, {done.files} files, audit root {done.root or 'none yet'}: {file}")
    return 1 if done.damaged else 0


def restore(file: Path, *, say: Say) -> int:
    """Restore a backup; return the exit code."""
    try:
        done = actions.restore(file, say=say)
    except (Refused, OSError) as error:
        return _failed(error, say)
    say(f"{done.rows} rows, {done.files} files, audit root {done.root or 'none'}: as in the backup")
    say("everybody signs in anew; `nancheng audit verify` verifies every history")
    return 0


def _failed(error: Refused | OSError, say: Say) -> int:
    say(refusals.text(error) if isinstance(error, Refused) else f"FAIL {error}")
    return 1
