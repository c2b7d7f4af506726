"""When a message is tried again, and when it is given up. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

# Our choice: first again after a minute, then ever later up to six hours; twelve tries are
# about twenty hours, a night and the working day after it.
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=6)
ATTEMPTS_MAX = 12
# Our choice: longer than every time-out of one sending, so that a claim outlives its work.
CLAIM = timedelta(minutes=5)


def retry_at(attempts: int, *, at: datetime) -> datetime | None:
    """Return when to try again after that many failed tries, or None to give up."""
    assert attempts > 0, attempts
    if attempts >= ATTEMPTS_MAX:
        return None
    return at + min(FIRST_RETRY * (1 << (attempts - 1)), LONGEST_RETRY)


class State(StrEnum):
    """How a message out of the house stands."""

    WAITING = "waiting"
    AGAIN = "again"
    SENT = "sent"
    DEAD = "dead"


def state(*, attempts: int, sent: bool, dead: bool) -> State:
    """Return how a message stands: sent, given up, to be tried again, or not tried yet."""
    if sent:
        return State.SENT
    if dead:
        return State.DEAD
    return State.AGAIN if attempts else State.WAITING


def concerns(prefix: str, code: str) -> bool:
    """Say whether a subscription to a prefix ("", "case.", "case.urged") covers a code."""
    return not prefix or code == prefix or code.startswith(prefix.rstrip(".") + ".")
