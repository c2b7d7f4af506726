"""Several processes register the same things at once: one number, one code, one entry each."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from nancheng.foundation.register.tests import making

PROCESSES, TURNS = 3, 6
MODULE = "nancheng.foundation.register.tests.hammer"


def shared_database(folder: Path) -> dict[str, str]:
    """Return the environment in which other processes see this test's tables and rows."""
    if connection.vendor == "sqlite":
        with sqlite3.connect(folder / "nancheng.sqlite3") as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
        copy.close()
        return {"NANCHENG_DATA": str(folder), "DATABASE_URL": ""}
    known = connection.settings_dict
    user = ":".join(quote(str(known[name]), safe="") for name in ("USER", "PASSWORD"))
    place = f"{known['HOST'] or ''}:{known['PORT']}" if known["PORT"] else known["HOST"] or ""
    url = f"postgresql://{user}@{place}/{known['NAME']}"
    return {"NANCHENG_DATA": str(folder), "DATABASE_URL": url}


@pytest.mark.django_db(transaction=True)
def test_processes_never_give_one_number_twice(tmp_path: Path) -> None:
    clerk = making.a_clerk()
    making.an_organisation(clerk, 1)
    making.a_department("construction")
    environment = {**os.environ, **shared_database(tmp_path)}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    running = [
        subprocess.Popen(
            [sys.executable, "-m", MODULE, f"p{number}", str(TURNS)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    said: Counter[str] = Counter()
    for process in running:
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        said.update(out.split())
    numbers = {line: count for line, count in said.items() if line.startswith("XM-")}
    codes = {line: count for line, count in said.items() if line.startswith("91")}
    # Each process has projects of its own; as many more are the same for all of them.
    assert Counter(numbers.values()) == {1: PROCESSES * TURNS, PROCESSES: TURNS}
    wanted = {f"XM-2020-{serial:04d}" for serial in range(1, PROCESSES * TURNS + TURNS + 1)}
    assert set(numbers) == wanted
    assert codes == {making.a_code(100 + turn): 1 for turn in range(TURNS)}
    assert said["register.uscc.taken"] == (PROCESSES - 1) * TURNS
