"""What is no whole backup of this version is refused before anything is touched."""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from nancheng.config import backing_up
from nancheng.config.backups import actions, archive, tables
from nancheng.foundation.files import queries as files
from nancheng.foundation.files import store
from nancheng.foundation.people import actions as people
from nancheng.foundation.people.models import Department
from nancheng.kernel.refusal import Refused

pytestmark = pytest.mark.django_db


def quiet(_line: str) -> None:
    """Say nothing."""


@pytest.fixture
def backup(tmp_path: Path, settings: Any) -> Path:
    """A backup of a zone with one department."""
    settings.NANCHENG_DATA = tmp_path / "data"
    people.put_department(code="zone", name="管委会", name_en="Zone", parent="")
    target = tmp_path / "backup"
    actions.write(target, at=timezone.now(), say=quiet)
    return target


def rewritten(backup: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Write the members anew, changed; None leaves one out."""
    target = backup.with_name("changed")
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            body = change(name, old.read(name))
            if body is not None:
                new.writestr(name, body)
    return target


def with_manifest(backup: Path, **facts: object) -> Path:
    """Write the backup with another manifest."""

    def change(name: str, body: bytes) -> bytes:
        known = json.loads(body) | facts if name == archive.MANIFEST else None
        return json.dumps(known).encode() if known else body

    return rewritten(backup, change)


def refused(file: Path) -> str:
    """Restore; return the refusal."""
    with pytest.raises(Refused) as caught:
        actions.restore(file, say=quiet)
    return caught.value.code


def test_every_table_is_in_the_backup_and_no_session(backup: Path) -> None:
    with zipfile.ZipFile(backup) as package:
        names = {name for name in package.namelist() if name.startswith("tables/")}
        lines = package.read("tables/people.department.jsonl").splitlines()
    assert names == {f"tables/{model._meta.label_lower}.jsonl" for model in tables.models()}
    assert "tables/cases.caseevent.jsonl" in names
    assert "tables/sessions.session.jsonl" not in names
    assert json.loads(lines[1])[json.loads(lines[0]).index("name")] == "管委会"


def test_rows_come_back_as_they_were(backup: Path) -> None:
    before = list(Department.objects.values())
    Department.objects.all().delete()
    actions.restore(backup, say=quiet)
    assert list(Department.objects.values()) == before


def test_a_place_with_something_in_it_is_refused(backup: Path) -> None:
    assert refused(backup) == "backups.not-empty"


@pytest.mark.parametrize("name", ["tables/people.department.jsonl", "tables/people.post.jsonl"])
def test_a_changed_or_missing_member_is_refused(backup: Path, name: str) -> None:
    Department.objects.all().delete()
    changed = rewritten(backup, lambda n, body: body + b"[]\n" if n == name else body)
    assert refused(changed) == "backups.broken"
    gone = rewritten(backup, lambda n, body: None if n == name else body)
    assert refused(gone) == "backups.broken"
    assert not Department.objects.exists()


def test_a_byte_changed_anywhere_is_noticed_before_anything_is_read(backup: Path) -> None:
    with archive.opened(backup) as found:
        sums = found.manifest["sums"]
    body = backup.read_bytes()
    noticed = 0
    for place in range(0, len(body), max(1, len(body) // 200)):
        bent = bytearray(body)
        bent[place] ^= 0xFF
        backup.write_bytes(bytes(bent))
        with contextlib.ExitStack() as stack:
            try:
                found = stack.enter_context(archive.opened(backup))
            except Refused:
                noticed += 1
                continue
            # A date or a comment of the zip itself: every member is what it was.
            assert found.manifest["sums"] == sums, place
    assert noticed > 100


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"a text"])
def test_what_is_no_backup_is_refused(tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(body)
    assert refused(file) == "backups.not-a-backup"
    assert refused(tmp_path / "missing") == "backups.not-a-backup"


def test_another_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "zip", "w") as package:
        package.writestr("manifest.json", '{"format": "other"}')
    assert refused(tmp_path / "zip") == "backups.not-a-backup"


def test_a_backup_of_a_newer_version_is_refused(backup: Path) -> None:
    Department.objects.all().delete()
    migrations = [*map(list, tables.applied()), ["cases", "0999_from_the_future"]]
    assert refused(with_manifest(backup, migrations=migrations)) == "backups.newer"


def test_a_backup_of_another_state_needs_a_blank_database(backup: Path) -> None:
    Department.objects.all().delete()
    migrations = sorted(map(list, tables.applied()))[:-1]
    assert refused(with_manifest(backup, migrations=migrations)) == "backups.other-state"


def test_a_backup_from_before_migrations_were_joined_comes_back(backup: Path) -> None:
    before = list(Department.objects.values())
    Department.objects.all().delete()
    disk = MigrationLoader(connection).disk_migrations
    joined = {key for key, migration in disk.items() if migration.replaces}
    earlier = set(disk) - joined | {each for key in joined for each in disk[key].replaces}
    assert len(earlier) > len(disk)
    actions.restore(with_manifest(backup, migrations=sorted(earlier)), say=quiet)
    assert list(Department.objects.values()) == before


def test_what_is_joined_in_part_keeps_its_names() -> None:
    class Whole(Migration):
        replaces = (("app", "one"), ("app", "two"))

    whole = Whole("whole", "app")
    disk = {("app", "whole"): whole, ("app", "three"): Migration("three", "app")}
    three = ("app", "three")
    assert tables.joined({*whole.replaces, three}, disk) == {("app", "whole"), three}
    assert tables.joined({*whole.replaces, ("app", "whole")}, disk) == {("app", "whole")}
    assert tables.joined({("app", "one"), three}, disk) == {("app", "one"), three}


def test_rows_that_come_to_another_root_are_taken_back(backup: Path) -> None:
    Department.objects.all().delete()
    with zipfile.ZipFile(backup) as package:
        present = json.loads(package.read(archive.MANIFEST))["present"]
    changed = with_manifest(backup, present=present | {"events": 99})
    assert refused(changed) == "backups.other-root"
    assert not Department.objects.exists()


def test_nothing_is_overwritten(backup: Path) -> None:
    before = backup.read_bytes()
    said: list[str] = []
    assert backing_up.backup(backup, say=said.append) == 1
    assert "已经存在" in said[0]
    assert backup.read_bytes() == before


def test_what_is_interrupted_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "target"
    (tmp_path / ".target.partial").write_text("left by one that was killed")

    def full(_value: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(actions, "_write_files", full)
    said: list[str] = []
    assert backing_up.backup(target, say=said.append) == 1
    assert "No space left" in said[-1]
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert backing_up.backup(target, say=said.append) == 0


def test_a_damaged_content_is_named_and_the_rest_kept(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.NANCHENG_DATA = tmp_path / "data"
    monkeypatch.setattr(files, "contents", lambda: iter(["ab" * 32]))
    assert not store.is_whole("ab" * 32)
    said: list[str] = []
    assert backing_up.backup(tmp_path / "target", say=said.append) == 1
    assert any(line.startswith(f"FAIL content {'ab' * 32}") for line in said)
    assert (tmp_path / "target").exists()
