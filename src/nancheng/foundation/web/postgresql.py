"""PostgreSQL through its own library, for statements that run at every step of every case.

psycopg's cursors choose anew for each value how to send it and wait in Python; a statement that the
server keeps prepared needs neither. Connections, conversions and errors are psycopg's own. Several
statements go out together and are answered together (a pipeline): one round trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import OperationalError, adapt, errors, pq

# More are thrown away: a session keeps no more plans than this.
PREPARED_MAX = 1000

Values = Sequence[Any]
_GOOD = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})
_TEXT = adapt.PyFormat.TEXT


@dataclass(slots=True)
class Answer:
    """What a statement answered, read like a cursor."""

    rowcount: int
    rows: list[tuple[Any, ...]]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows."""
        return self.rows

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the first row, if there is one."""
        return self.rows[0] if self.rows else None


@dataclass(slots=True)
class Session:
    """What is known of a connection: how it converts, and what it has prepared, by text."""

    convert: Any
    prepared: dict[bytes, bytes] = field(default_factory=dict)


_SESSIONS: WeakKeyDictionary[Any, Session] = WeakKeyDictionary()


def run(driver: Any, statements: Sequence[tuple[bytes, Values]]) -> list[Answer]:
    """Run statements marked with ``$n``; raise psycopg's error for the first that fails."""
    session = _SESSIONS.get(driver)
    if session is None:
        session = _SESSIONS[driver] = Session(adapt.Transformer(driver))
    library = driver.pgconn
    if library.transaction_status == pq.TransactionStatus.IDLE and not driver.autocommit:
        # As psycopg does at the first statement of a transaction.
        _checked(library, library.exec_(b"BEGIN"))
    if len(session.prepared) + len(statements) > PREPARED_MAX:
        _checked(library, library.exec_(b"DEALLOCATE ALL"))
        session.prepared.clear()
    ready = [
        (_prepared(session, library, text), _sent(session.convert, values))
        for text, values in statements
    ]
    if len(ready) == 1:
        name, sent = ready[0]
        return [_answer(session.convert, library, library.exec_prepared(name, sent))]
    return _pipelined(session.convert, library, ready)


def command(driver: Any, text: bytes) -> None:
    """Run a command without values or rows. Raises psycopg's error for what the server says."""
    library = driver.pgconn
    _checked(library, library.exec_(text))


def _prepared(session: Session, library: Any, text: bytes) -> bytes:
    name = session.prepared.get(text)
    if name is None:
        name = b"nancheng_%d" % len(session.prepared)
        # Without kinds of values: the server knows them from where they stand.
        _checked(library, library.prepare(name, text))
        session.prepared[text] = name
    return name


def _sent(convert: Any, values: Values) -> Sequence[bytes | None]:
    sent: Sequence[bytes | None] = convert.dump_sequence(values, [_TEXT] * len(values))
    return sent


def _pipelined(
    convert: Any, library: Any, ready: Sequence[tuple[bytes, Sequence[bytes | None]]]
) -> list[Answer]:
    library.enter_pipeline_mode()
    try:
        for name, sent in ready:
            library.send_query_prepared(name, sent)
        library.pipeline_sync()
        results = []
        for _ in ready:
            results.append(library.get_result())
            # Each answer ends with nothing, all of them with the mark that was sent last.
            library.get_result()
        library.get_result()
    finally:
        library.exit_pipeline_mode()
    return [_answer(convert, library, result) for result in results]


def _answer(convert: Any, library: Any, result: Any) -> Answer:
    _checked(library, result)
    if not result.ntuples:
        return Answer(result.command_tuples or 0, [])
    convert.set_pgresult(result)
    return Answer(result.ntuples, convert.load_rows(0, result.ntuples, tuple))


def _checked(library: Any, result: Any) -> Any:
    if result is None or library.status != pq.ConnStatus.OK:
        raise OperationalError(library.get_error_message())
    if result.status not in _GOOD:
        raise errors.error_from_result(result)
    return result
