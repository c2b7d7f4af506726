"""Options and the closing report of the whole suite; see ``scripts/run_tests.py``."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.utils import translation

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
STARTED = time.monotonic()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options that ``make test`` uses."""
    group = parser.getgroup("nancheng")
    group.addoption("--database-only", action="store_true", help="only tests that need a database")
    group.addoption("--report-to", default="", help="write closing line and what was left out")


def _needs_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("browser"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & DATABASE_FIXTURES)


def _belongs(item: pytest.Item, *, database_only: bool) -> bool:
    """Whether this pass is the one for a test; what only one database shows is left to its pass."""
    if item.get_closest_marker("sqlite" if _on_postgresql() else "postgresql"):
        return False
    return _needs_database(item) or not database_only


def _on_postgresql() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgresql")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that belong to this pass alone."""
    database_only = bool(config.getoption("--database-only"))
    kept = [item for item in items if _belongs(item, database_only=database_only)]
    chosen = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = kept


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return str(getattr(report, "wasxfail", "") or report.longrepr)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Write the report for the runner: how it ended, and each reason for leaving tests out."""
    target = config.getoption("--report-to")
    if not target:
        return
    counted: dict[str, int] = {}
    for kind in ("skipped", "xfailed"):
        for report in terminalreporter.stats.get(kind, []):
            counted[_reason(report)] = counted.get(_reason(report), 0) + 1
    parts, _ = terminalreporter.build_summary_stats_line()
    closing = ", ".join(text for text, _ in parts)
    outcome = {
        "closing": f"{closing} in {time.monotonic() - STARTED:.0f} s",
        "left_out": [f"{count} × {reason}" for reason, count in sorted(counted.items())],
    }
    Path(target).write_text(json.dumps(outcome, ensure_ascii=False), encoding="utf-8")


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep what tests store out of the data folder of whoever runs them."""
    from django.conf import settings

    folder = tmp_path_factory.mktemp("data")
    if settings.configured:
        settings.NANCHENG_DATA = folder
    return folder


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """Hash passwords quickly: a slow hash in each set-up proves nothing about what is tested."""
    from django.conf import settings

    if settings.configured:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Forget what the process keeps of a database: the next test's uses the same ids anew."""
    from nancheng.foundation.web import memory

    memory.forget()


def _empties_tables(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    named = {"transactional_db", "live_server", "django_db_reset_sequences"}
    return bool(marker and marker.kwargs.get("transaction")) or bool(
        named & set(request.fixturenames)
    )


@pytest.fixture(autouse=True)
def sealed_transfers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Open the seal on the ledger's transfers for the emptying that follows such a test alone."""
    if not _empties_tables(request):
        yield
        return
    request.getfixturevalue("transactional_db")
    from django.db import connection

    seals = import_module("nancheng.foundation.ledger.migrations.0002_seal_transfers")
    seals.seal(connection)
    yield
    seals.unseal(connection)


@pytest.fixture(autouse=True)
def _in_the_first_language() -> None:
    """Begin in Chinese: a page asked for in English leaves its thread in English."""
    translation.deactivate()
