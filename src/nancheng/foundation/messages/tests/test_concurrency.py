"""Several processes messages the same things at once: one number, one code, one entry each."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from nancheng.foundation.messages import actions
from nancheng.foundation.messages.models import Outbox
from nancheng.foundation.messages.tests.making import AT

WORKERS, MESSAGES = 3, 180
MODULE = "nancheng.foundation.messages.tests.hammer"


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
def test_each_message_is_taken_by_one_worker(tmp_path: Path) -> None:
    actions.put_endpoint(name="bureau", url="https://bureau.invalid/")
    for number in range(MESSAGES):
        actions.notify(
            identity_ids=[], code="test.told", figures={}, case_id=None, at=AT, key=str(number)
        )
    wanted = sorted(Outbox.objects.values_list("id", flat=True))
    environment = {**os.environ, **shared_database(tmp_path)}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    running = [
        subprocess.Popen(
            [sys.executable, "-m", MODULE],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(WORKERS)
    ]
    sent: list[int] = []
    for process in running:
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        sent.extend(int(line) for line in out.split())
    assert len(wanted) == MESSAGES
    assert sorted(sent) == wanted
