"""What ``nancheng check`` looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from nancheng.foundation.cases import bindings, calendar_watch, incidents, queries, replaying

# The cases changed last are replayed by each check; `nancheng audit verify` looks at all.
REPLAYED = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    subject: str
    is_well: bool
    detail: str


def findings() -> list[Finding]:
    """Return what was found, in the order in which to mend it."""
    found = [_settings(), _database()]
    if found[-1].is_well:
        found += [_schema()]
    if found[-1].is_well:
        found += [_calendar(), *_drawings(), _movers(), _replay()]
    return [*found, _folder()]


def _settings() -> Finding:
    try:
        call_command("check", verbosity=0)
    except SystemCheckError as error:
        return Finding("settings", is_well=False, detail=str(error))
    return Finding("settings", is_well=True, detail="no fault")


def _database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Finding("database", is_well=False, detail=str(error))
    return Finding("database", is_well=True, detail=connection.vendor)


def _schema() -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return Finding("schema", is_well=not plan, detail=f"{len(plan)} migrations to apply")


def _calendar() -> Finding:
    needs = calendar_watch.needs(timezone.localdate())
    said = [
        f"no holiday notice for {each.year}: {each.process}{'/' if each.node else ''}{each.node}"
        f" ({each.limit}) needs it from {each.needed_on}, {each.waiting} open on provisional dates"
        for each in needs
    ]
    return Finding(
        "calendar",
        is_well=not needs,
        detail="\n     ".join(said) if needs else "the notices that are needed are loaded",
    )


def _drawings() -> Iterator[Finding]:
    published = queries.published_kinds()
    for kind in bindings.all_bindings():
        yield Finding(
            f"drawing {kind}",
            is_well=kind in published,
            detail="published" if kind in published else "run nancheng deploy",
        )


def _movers() -> Finding:
    """An open case that nothing will move waits for ever, and nobody is told."""
    stalled = list(incidents.stalled())
    detail = f"nothing moves {', '.join(stalled)}" if stalled else "every open case has a mover"
    return Finding("cases", is_well=not stalled, detail=detail)


def _replay() -> Finding:
    """Replay the newest histories: what is stored must be what happened."""
    wrong = list(replaying.astray(REPLAYED))
    detail = (
        f"history and rows differ: {'; '.join(wrong[:5])}" if wrong else "stored is what happened"
    )
    return Finding("histories", is_well=not wrong, detail=detail)


def _folder() -> Finding:
    probe = settings.NANCHENG_DATA / ".probe"
    try:
        probe.write_text("x")
        probe.unlink()
    except OSError as error:
        return Finding("data folder", is_well=False, detail=str(error))
    return Finding("data folder", is_well=True, detail="writable")
