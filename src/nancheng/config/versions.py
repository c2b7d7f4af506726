"""``nancheng migrate``: move running cases of one version of a drawing to another."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nancheng.foundation.cases.migrating import Verdict

Say = Callable[[str], None]
COMMAND = "nancheng migrate"


def arguments(command: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    command.add_argument("kind", help="the kind of cases, such as funds.payment")
    command.add_argument("--from", dest="old", type=int, required=True, metavar="VERSION")
    command.add_argument("--to", dest="new", type=int, required=True, metavar="VERSION")
    command.add_argument(
        "--map", action="append", default=[], metavar="OLD=NEW", help="a node that has a new id"
    )
    command.add_argument("--reason", default=COMMAND, help="why; kept in the history")
    command.add_argument("--dry-run", action="store_true", help="say what would happen")


def migrate(given: argparse.Namespace, *, say: Say) -> int:
    """Carry out the command; return the exit code: 1 when a case stays or the plan is refused."""
    from django.utils import timezone

    from nancheng.foundation.cases import migrating
    from nancheng.foundation.web import refusals
    from nancheng.kernel.refusal import Refused

    try:
        wanted = migrating.Plan(given.kind, given.old, given.new, _moves(given.map), given.reason)
        if given.dry_run:
            return _report(migrating.dry_run(migrating.drafted(wanted)), say=say)
        at = timezone.now()
        mark = hashlib.sha256(repr((wanted, at)).encode()).hexdigest()
        plan = migrating.plan_migration(wanted, by=None, at=at, key=mark)
        migrating.start(plan_id=plan.pk, by=None, at=at)
        while (seen := migrating.move_batch(plan.pk, by=None, at=timezone.now())) is not None:
            say(f"{seen} cases looked at")
        plan.refresh_from_db()
        say(f"{plan.moved} moved, {plan.stayed} stayed")
        return _report(migrating.dry_run(plan), say=say) if plan.stayed else 0
    except ValueError as error:
        say(str(error))
    except Refused as refused:
        say(refusals.text(refused))
    return 1


def _moves(texts: list[str]) -> dict[str, str]:
    moves = {}
    for text in texts:
        old, sign, new = (part.strip() for part in text.partition("="))
        if not (old and sign and new):
            raise ValueError(f"--map {text}: write the old id, an equals sign and the new id")
        moves[old] = new
    return moves


def _report(verdicts: Iterable[Verdict], *, say: Say) -> int:
    """Say of each case whether it may move; return 1 when any may not."""
    may = stay = 0
    for verdict in verdicts:
        may, stay = may + (not verdict.faults), stay + bool(verdict.faults)
        why = "; ".join(f"{f.code} {f.element} {f.detail}".rstrip() for f in verdict.faults)
        say(f"{'stay' if verdict.faults else 'move'} {verdict.number} {why}".rstrip())
    say(f"{may} may move, {stay} must stay")
    return 1 if stay else 0
