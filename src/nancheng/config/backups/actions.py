"""Backup and restore: one moment of everything into a file, and the file into an empty place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model

import nancheng
from nancheng.config.backups import archive, tables
from nancheng.config.backups.archive import Reader, Writer
from nancheng.foundation.audit import notes, queries, snapshots
from nancheng.foundation.cases import chain
from nancheng.foundation.files import queries as files
from nancheng.foundation.files import store
from nancheng.kernel.refusal import Refused

Say = Callable[[str], None]
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Done:
    """What was written or read: how many rows and files, which audit root, what was damaged."""

    rows: int
    files: int
    root: str
    damaged: tuple[str, ...] = ()


def write(target: Path, *, at: datetime, say: Say) -> Done:
    """Write everything as it stands at one moment, beside people at work.

    A content that is missing or damaged is named and left out; the rest is still worth keeping.
    Raises ``Refused`` "backups.target-exists".
    """
    with archive.written(target) as out, snapshots.snapshot():
        counts = {}
        for model in tables.models():
            name = model._meta.label_lower
            counts[name] = _write_table(out, model)
            say(f"{name}: {counts[name]}")
        kept, damaged = _write_files(out)
        say(f"files: {len(kept)}")
        if notes.file().exists():
            out.put("audit/roots.jsonl", [notes.file().read_bytes()])
        present = asdict(queries.present())
        out.close(
            {
                "made_at": chain.moment(at),
                "version": nancheng.__version__,
                "database": connection.vendor,
                "migrations": sorted(tables.applied()),
                "tables": counts,
                "present": present,
                "damaged": damaged,
            }
        )
    return Done(sum(counts.values()), len(kept), present["root"], tuple(damaged))


def _write_table(out: Writer, model: type[Model]) -> int:
    count = -1

    def counted() -> Iterator[bytes]:
        nonlocal count
        for line in tables.lines(model):
            count += 1
            yield line

    out.put(f"tables/{model._meta.label_lower}.jsonl", counted())
    return count


def _write_files(out: Writer) -> tuple[list[str], list[str]]:
    kept, damaged = [], []
    for sha256 in files.contents():
        if not store.is_whole(sha256):
            damaged.append(sha256)
            continue
        with store.opened(sha256) as content:
            out.put(f"files/{sha256}", iter(lambda: content.read(1 << 20), b""), packed=False)
        kept.append(sha256)
    return kept, damaged


def restore(file: Path, *, say: Say) -> Done:
    """Put a backup into an empty installation, of either database; bring it up to this version.

    All rows or none: what they come to must have the audit root of the backup. Raises ``Refused``
    "backups.not-a-backup", ".broken", ".newer", ".not-empty", ".other-state" or ".other-root".
    """
    with archive.opened(file) as found:
        say("the backup is whole")
        named = {(str(app), str(name)) for app, name in found.manifest["migrations"]}
        executor = MigrationExecutor(connection)
        recorded = tables.joined(named, executor.loader.disk_migrations)
        _prepare(executor, recorded)
        contents = [_restore_content(found, name) for name in found.named("files/")]
        say(f"files: {len(contents)}")
        state = executor.loader.project_state(sorted(recorded & set(executor.loader.graph.nodes)))
        models = tables.models(state.apps)
        with transaction.atomic():
            rows = sum(_load(found, model, say) for model in models)
            _renumber(models)
            _put_notes(found)
            if recorded == set(executor.loader.disk_migrations):
                _compare(found)
        call_command("migrate", verbosity=0, interactive=False)
        _compare(found)
        return Done(rows, len(contents), str(found.manifest["present"]["root"]))


def _prepare(executor: MigrationExecutor, recorded: set[tables.Node]) -> None:
    """Bring the empty database to the state of the backup. Raises ``Refused``."""
    disk = executor.loader.disk_migrations
    unknown = sorted(recorded - set(disk))
    if unknown:
        raise Refused("backups.newer", migration=".".join(unknown[0]))
    there = tables.joined(tables.applied(), disk)
    if there and there != recorded:
        raise Refused("backups.other-state")
    if there:
        _check_empty()
    else:
        nodes = executor.loader.graph.nodes
        ends = [
            node
            for node in sorted(recorded)
            if not any(
                child.key[0] == node[0] and child.key in recorded
                for child in executor.loader.graph.node_map[node].children
            )
        ]
        assert set(ends) <= set(nodes)
        executor.migrate(ends)
        executor.loader.build_graph()


def _check_empty() -> None:
    for model in tables.models():
        if model._base_manager.exists():
            raise Refused("backups.not-empty", table=model._meta.label_lower)


def _restore_content(found: Reader, name: str) -> str:
    sha256 = name.rpartition("/")[2]
    with found.member(name) as content:
        kept = store.keep(cast(BinaryIO, content), most=found.package.getinfo(name).file_size)
    if kept.sha256 != sha256:
        raise Refused("backups.broken", member=name)
    return sha256


def _load(found: Reader, model: type[Model], say: Say) -> int:
    name = f"tables/{model._meta.label_lower}.jsonl"
    if name not in found.manifest["sums"]:
        return 0
    lines = found.lines(name)
    tables.let_times_be(model)
    columns, count = next(lines), 0
    while batch := list(islice(lines, BATCH)):
        rows = [tables.row_of(model, columns, values) for values in batch]
        model._base_manager.bulk_create(rows, batch_size=BATCH)
        count += len(rows)
    say(f"{model._meta.label_lower}: {count}")
    return count


def _renumber(models: list[type[Model]]) -> None:
    """Let the next numbers follow those that came with the rows."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _put_notes(found: Reader) -> None:
    if "audit/roots.jsonl" in found.manifest["sums"]:
        notes.file().parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        with found.member("audit/roots.jsonl") as noted:
            notes.file().write_bytes(noted.read())


def _compare(found: Reader) -> None:
    if asdict(queries.present()) != found.manifest["present"]:
        raise Refused("backups.other-root")
