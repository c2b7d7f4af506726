"""Several processes move callers and called at once: no deadlock, nothing lost, nothing twice."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from nancheng.foundation.cases.tests import making, plays
from nancheng.foundation.cases.tests.making import Zone
from nancheng.foundation.cases.tests.plays import (
    STORM,
    Publish,
    call,
    catch,
    drawing,
    end,
    start,
    user,
)

PROCESSES, TURNS, PARENTS = 3, 15, 8
MODULE = "nancheng.foundation.cases.tests.hammer"
EACH = '<multiInstanceLoopCharacteristics nc:collection="units" nc:element="unit"/>'
GATE = '<parallelGateway id="fork"/>', '<parallelGateway id="join"/>'
CHILD = drawing("child", [start(), user("work"), end()], "start > work > end")
PARENT = drawing(
    "parent",
    [start(), *GATE, call("ask", "child", inner=EACH), catch("hear", STORM), user("after"), end()],
    "start > fork > ask > join > after > end",
    "fork > hear > join",
)
WARNING = drawing("warning", [start(), user("warn"), end("warned", STORM)], "start > warn > warned")


def shared_database(folder: Path) -> dict[str, str]:
    """Return the environment in which other processes see this test's tables and rows."""
    if connection.vendor == "sqlite":
        with sqlite3.connect(folder / "nancheng.sqlite3") as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
        copy.close()
        return {"NANCHENG_DATA": str(folder), "DATABASE_URL": ""}
    known = connection.settings_dict
    login = ":".join(quote(str(known[name]), safe="") for name in ("USER", "PASSWORD"))
    place = f"{known['HOST'] or ''}:{known['PORT']}" if known["PORT"] else known["HOST"] or ""
    url = f"postgresql://{login}@{place}/{known['NAME']}"
    return {"NANCHENG_DATA": str(folder), "DATABASE_URL": url}


def started(environment: dict[str, str], *words: str) -> subprocess.Popen[str]:
    """Start a process of the hammer."""
    return subprocess.Popen(
        [sys.executable, "-m", MODULE, *words],
        env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.django_db(transaction=True)
def test_callers_and_called_move_at_once_without_deadlock(
    zone: Zone, published: Publish, tmp_path: Path
) -> None:
    published(child=CHILD, parent=PARENT, warning=WARNING)
    for number in range(PARENTS):
        plays.begin("parent", zone, key=str(number), units=[1, 2])
    for number in range(2):
        case = plays.begin("warning", zone, key=f"w{number}")
        if not number:
            making.do(case, "warn", zone.bai)
    environment = shared_database(tmp_path)
    running = [started(environment, "work", f"p{n}", str(TURNS)) for n in range(PROCESSES)]
    ended = [(process.communicate(timeout=180)[1], process.returncode) for process in running]
    for errors, code in ended:
        assert code == 0, errors
        assert "Traceback" not in errors, errors
    said, errors = started(environment, "judge").communicate(timeout=60)
    lines = said.splitlines()
    assert lines, errors
    assert lines[:-1] == [], "\n".join(lines)
    assert lines[-1].startswith("cases "), errors
