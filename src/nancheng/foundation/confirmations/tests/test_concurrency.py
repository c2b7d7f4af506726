"""Two processes confirm at once: the operation is carried out once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from nancheng.foundation.confirmations import operations
from nancheng.foundation.confirmations.tests import making
from nancheng.foundation.people import actions as people
from nancheng.foundation.people.models import Department
from nancheng.foundation.register.tests import test_concurrency as concurrency

MODULE = "nancheng.foundation.confirmations.tests.hammer"
PROCESSES = 3


@pytest.mark.django_db(transaction=True)
def test_three_who_confirm_at_once_carry_it_out_once(tmp_path: Path, settings: object) -> None:
    settings.TWO_HANDS = ("nancheng.foundation.confirmations.tests.making.OPERATIONS",)  # type: ignore[attr-defined]
    operations.all_operations.cache_clear()
    making.a_zone()
    for number in range(PROCESSES):
        people.put_person(username=f"p{number}", name=f"人{number}", password=making.PASSWORD)
        people.appoint(
            username=f"p{number}", department="north", duty="both", active_from=making.ON
        )
    row = making.a_wish(making.actor("an", "both"))
    operations.all_operations.cache_clear()
    environment = {**os.environ, **concurrency.shared_database(tmp_path)}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    running = [
        subprocess.Popen(
            [sys.executable, "-m", MODULE, f"p{number}", str(row.pk)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    said = []
    for process in running:
        out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        name, outcome = out.split()
        said.append(outcome)
    assert sorted(said) == ["confirmations.decided"] * (PROCESSES - 1) + ["confirmed"]
    if connection.vendor != "sqlite":
        assert Department.objects.get(code="north").name == "north新新"
    else:
        assert name == "north新新"
