"""Contender: django-viewflow on the same process, a Python class as its manual writes flows.

Runs in the other engines' environment (AGPL; never among the product's requirements). A user step
is one transaction through its activations, without HTTP, templates or forms.
"""

from __future__ import annotations

import os
import sys
from typing import Any
from urllib.parse import urlsplit

from bench import reference

HANDS = {
    "apply": "clerk",
    "review": "finance",
    "audit": "finance",
    "sign": "department",
    "leader": "leader",
}


def _database(where: str) -> dict[str, Any]:
    if not where.startswith("postgres"):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": where,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    parts = urlsplit(where)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username or "",
        "PASSWORD": parts.password or "",
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }


def start(where: str) -> None:
    """Configure Django for this process alone and make the tables."""
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="bench",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={"default": _database(where)},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "viewflow",
            "viewflow.workflow",
            "bench",
        ],
        MIDDLEWARE=[],
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def carrier() -> reference.Carry:
    """Return what carries cases out through viewflow's activations."""
    from django.contrib.auth.models import User
    from django.db import transaction
    from django.utils.timezone import now
    from viewflow.workflow import STATUS
    from viewflow.workflow.models import Task

    from bench.viewflow_flow import Disbursement

    users = {name: User.objects.get_or_create(username=name)[0] for name in set(HANDS.values())}

    def act(process: Any) -> str | None:
        offered = Task.objects.filter(process=process, status=STATUS.NEW, flow_task_type="HUMAN")
        task = min(offered, key=lambda one: one.flow_task.name, default=None)
        if task is None:
            return None
        with transaction.atomic(), Disbursement.lock(process.pk):
            activation = task.flow_task.activation_class(task)
            activation.assign(users[HANDS[task.flow_task.name]])
            activation.task.started = now()
            activation.start(None)
            activation.process.data["decision"] = "agree"
            activation.process.save()
            activation.execute()
        return str(task.flow_task.name)

    def carry(first: int, last: int) -> list[list[str]]:
        paths = []
        for case in range(first, last):
            with transaction.atomic():
                process = Disbursement.start.run(amount=reference.amount(case))
            path = []
            while node := act(process):
                path.append(node)
            paths.append(path)
        return paths

    return carry


if __name__ == "__main__":
    start(sys.argv[2])
    os.environ.pop("DATABASE_URL", None)
    reference.serve(carrier())
