"""A backup made under load is one moment of everything, and comes back whole on either database."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.faults import load
from tests.faults.site import Site

pytestmark = pytest.mark.django_db
TEXT = "现场情况说明"


def content(backup: Path) -> dict[str, Any]:
    """Return what a backup holds, so that two can be compared."""
    with zipfile.ZipFile(backup) as package:
        held: dict[str, Any] = {
            name: [json.loads(line) for line in package.read(name).splitlines()]
            for name in package.namelist()
            if name.startswith("tables/")
        }
        held["manifest"] = json.loads(package.read("manifest.json"))["present"]
    return held


def _by_way_of_sqlite(first: Path, folder: Path) -> Path:
    """Restore a backup of PostgreSQL where not even tables are, and back that up."""
    blank = Site(folder / "blank", "")
    blank.data.mkdir()
    code, text = blank.nancheng("restore", str(first))
    assert code == 0, text
    second = folder / "second.backup"
    assert blank.nancheng("backup", str(second))[0] == 0
    assert content(second) == content(first)
    return second


def test_a_backup_under_load_comes_back_whole_on_either_database(
    site: Site, spare: Site, tmp_path: Path
) -> None:
    site.inside("open", 3, "before")
    sha256 = site.inside("attach", TEXT)
    site.inside("seal")
    tasks = site.inside("open", 30, "meanwhile")
    first = tmp_path / "first.backup"
    said: list[tuple[int, str]] = []
    load.sent(site, tasks, meanwhile=lambda: said.append(site.nancheng("backup", str(first))))
    assert said[0][0] == 0, said
    assert first.stat().st_mode & 0o777 == 0o600

    second = first if site.is_sqlite else _by_way_of_sqlite(first, tmp_path)
    code, text = spare.nancheng("restore", str(second))
    assert code == 0, text
    spare.start_worker()
    assert spare.inside("judge") == []
    kept = spare.data / "files" / sha256[:2] / sha256[2:4] / sha256
    assert kept.read_text(encoding="utf-8") == TEXT
    code, text = spare.nancheng("restore", str(second))
    assert (code, "不是空的" in text) == (1, True), text
    # Numbers go on behind those that came.
    assert len(spare.inside("open", 2, "after")) == 2
    assert spare.inside("judge") == []
