"""Rules of applications: what a token is, how long it lives, and how it narrows an identity."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

# Our choice: long enough not to be guessed (256 bits), with a mark that secret scanners can find.
PREFIX = "nct_"
SECRET_BYTES = 32
HEAD_LENGTH = 10
# Our choice: a token that nobody renews within a year is a token that nobody watches.
LIFE_DAYS_MAX = 366
# 网络安全法 第二十一条 asks for six months of logs at least; our choice is a year.
CALL_AGE = timedelta(days=366)
# Our choice: who retries after a month is no longer retrying.
ANSWER_AGE = timedelta(days=30)
# Our choice: the time of the last use is written at most once a minute, not at each call.
SEEN_STEP = timedelta(minutes=1)

EVERYTHING = "*"
CODE = re.compile(r"[a-z][a-z0-9-]{1,28}[a-z0-9]")


class State(StrEnum):
    """Where a token stands."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CLOSED = "closed"  # its application is closed


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What of its identity's rights a token passes on; ``kinds`` empty means every kind."""

    verbs: frozenset[str]
    kinds: frozenset[str] = frozenset()
    is_read_only: bool = True

    def opens(self, verb: str) -> bool:
        """Say whether the token passes a verb on."""
        return EVERYTHING in self.verbs or verb in self.verbs

    def admits(self, kind: str) -> bool:
        """Say whether the token reaches a kind of case."""
        return not self.kinds or kind in self.kinds


def state(
    *,
    expires_at: datetime,
    revoked_at: datetime | None,
    closed_at: datetime | None,
    at: datetime,
) -> State:
    """Return where a token stands."""
    if closed_at is not None:
        return State.CLOSED
    if revoked_at is not None:
        return State.REVOKED
    return State.EXPIRED if expires_at <= at else State.LIVE


def narrowed(actor: Actor, narrowing: Narrowing) -> Actor:
    """Return the actor with only the verbs that the token passes on: the one rule then holds.

    A machine stands in for nobody: what was delegated to its account, a token does not carry.
    """
    kept = {verb: scopes for verb, scopes in actor.verbs.items() if narrowing.opens(verb)}
    return replace(actor, verbs=kept, stands_in=())


def check_code(code: str) -> None:
    """Refuse a code that cannot be part of a sign-in name."""
    if not CODE.fullmatch(code):
        raise Refused("applications.bad-code", field="code")


def check_life(days: int) -> None:
    """Refuse a token that would live too long, or not at all."""
    if not 1 <= days <= LIFE_DAYS_MAX:
        raise Refused("applications.bad-life", field="days", most=LIFE_DAYS_MAX)
