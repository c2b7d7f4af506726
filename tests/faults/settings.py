"""The real settings with the drawing of these tests, cheap passwords, and faults on demand.

A file in the data folder names the fault that database connections meet from the next request on;
``NANCHENG_TEST_CLOCK_S`` puts a process's clock ahead or behind.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from nancheng.config import settings as real

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

globals().update({name: value for name, value in vars(real).items() if name.isupper()})

PROCESS_BINDINGS = ("tests.faults.making.BINDINGS",)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MIDDLEWARE = ["tests.faults.settings.break_database", *real.MIDDLEWARE]
FAULT_FILE = real.NANCHENG_DATA / "fault"
PRAGMAS = {
    "": ("PRAGMA query_only = OFF", "PRAGMA max_page_count = 1073741823"),
    "read-only": ("PRAGMA query_only = ON",),
    # No page may be added: SQLite says that the disk is full.
    "full": ("PRAGMA max_page_count = 1",),
}


def break_database(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give SQLite's connection the fault that the file names; PostgreSQL breaks at its server."""

    def handle(request: HttpRequest) -> HttpResponse:
        from django.db import connection

        if connection.vendor == "sqlite":
            fault = FAULT_FILE.read_text() if FAULT_FILE.exists() else ""
            with connection.cursor() as cursor:
                for pragma in PRAGMAS[fault]:
                    cursor.execute(pragma)
        return get_response(request)

    return handle


AHEAD = timedelta(seconds=int(os.environ.get("NANCHENG_TEST_CLOCK_S", "0")))
_now = timezone.now


def _wrong_now() -> datetime:
    return _now() + AHEAD


if AHEAD:
    timezone.now = _wrong_now
