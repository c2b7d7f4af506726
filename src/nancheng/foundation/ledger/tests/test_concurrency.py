"""Several processes spend the same money at once: nothing is made, lost or done twice."""

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

from nancheng.foundation.ledger import queries
from nancheng.foundation.ledger.tests import making

PROCESSES, TRIES = 4, 30
MODULE = "nancheng.foundation.ledger.tests.hammer"
SUMS = "debits_posted_fen, debits_pending_fen, credits_posted_fen, credits_pending_fen"


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
    return {
        "NANCHENG_DATA": str(folder),
        "DATABASE_URL": f"postgresql://{user}@{place}/{known['NAME']}",
    }


def hammer(environment: dict[str, str]) -> Counter[str]:
    """Run the processes together and add up what they say."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", MODULE, f"p{number}", str(TRIES)],
            env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(sys.path)},
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
        for line in out.splitlines():
            code, count = line.split()
            said[code] += int(count)
    return said


def rows(folder: Path, statement: str) -> list[tuple[object, ...]]:
    """Ask the database the processes worked on."""
    if connection.vendor == "sqlite":
        with sqlite3.connect(folder / "nancheng.sqlite3") as opened:
            found = opened.execute(statement).fetchall()
        opened.close()
        return found
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_processes_that_spend_the_same_money_agree(tmp_path: Path) -> None:
    making.open_accounts()
    making.arrive(40)
    assert queries.balance("road").posted_fen == 40
    said = hammer(shared_database(tmp_path))
    assert set(said) <= {"done", "ledger.insufficient", "ledger.already-ended", "ledger.key-reused"}
    assert said["done"] > 0
    assert sum(said.values()) == PROCESSES * TRIES
    sums = f"SELECT code, kind, {SUMS} FROM ledger_account"
    total = 0
    for _, kind, *four in rows(tmp_path, sums):
        debits, held, credited, hoped = (int(str(one)) for one in four)
        total += credited - debits
        assert (held, hoped) == (0, 0)
        assert kind != "fund" or credited >= debits
    assert total == 0
    shared = "SELECT count(*) FROM ledger_transfer WHERE key LIKE 'shared/%'"
    ended = "SELECT count(reservation_id), count(DISTINCT reservation_id) FROM ledger_transfer"
    ((made,),) = rows(tmp_path, f"{shared} AND phase = 'pending'")
    assert 0 < int(str(made)) <= TRIES / 3
    ((ends, of_reservations),) = rows(tmp_path, ended)
    assert ends == of_reservations == said["done"]
