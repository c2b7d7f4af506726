"""One transaction around an action: Django's ``atomic``, without its detours on the way in and out.

Inside another transaction, or while somebody watches the statements, it is ``atomic`` itself.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

from django.db import transaction

from nancheng.foundation.web import postgresql, sql


def whole() -> Any:
    """Return a context in which everything written is kept together, or nothing is."""
    database = sql.database_of_thread()
    if database.in_atomic_block or sql.is_watched(database) or not database.get_autocommit():
        return transaction.atomic()
    return _Outermost(database)


class _Outermost:
    """What ``Atomic`` does when it is the outermost; out of trouble it is ``Atomic`` that helps."""

    _from_testcase = False

    def __init__(self, database: Any) -> None:
        self.database = database

    def __enter__(self) -> None:
        database = self.database
        database.close_if_health_check_failed()
        database.ensure_connection()
        _begin(database)
        database.autocommit = False
        database.commit_on_exit = True
        database.needs_rollback = False
        database.in_atomic_block = True
        database.atomic_blocks.append(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        database = self.database
        if kind is not None or database.needs_rollback or database.closed_in_transaction:
            self._leave(kind, error, trace)
            return
        try:
            _commit(database)
        except BaseException as failed:
            self._leave(type(failed), failed, failed.__traceback__)
            raise
        database.atomic_blocks.pop()
        database.in_atomic_block = False
        database.autocommit = True
        if database.run_on_commit:
            database.run_and_clear_commit_hooks()

    def _leave(self, *failure: Any) -> None:
        transaction.Atomic(using=None, savepoint=True, durable=False).__exit__(*failure)


def _begin(database: Any) -> None:
    with database.wrap_database_errors:
        if sql.is_postgresql():
            postgresql.command(database.connection, b"BEGIN")
        else:
            database.connection.execute(f"BEGIN {database.transaction_mode}")


def _commit(database: Any) -> None:
    with database.wrap_database_errors:
        if sql.is_postgresql():
            postgresql.command(database.connection, b"COMMIT")
        else:
            database.connection.commit()
