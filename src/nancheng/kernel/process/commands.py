"""Commands: what may be asked of a case. Read them through ``messages``, beside the events.

Every command says when (``at``, aware) and by whom (``by``, an identity, "" for the system).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Start:
    """Begin the case; ``node`` names the start event, "" for the one without a trigger."""

    at: datetime
    by: str = ""
    variables: Values = field(default_factory=dict)
    node: str = ""


@dataclass(frozen=True, slots=True)
class Complete:
    """办理: an open user task is done; its variables are merged."""

    at: datetime
    by: str
    item: int
    variables: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a handler or decision; ``rows`` are the rows of the table that decided."""

    at: datetime
    item: int
    variables: Values = field(default_factory=dict)
    rows: tuple[int, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class Fail:
    """A handler or decision could not answer: the work becomes an incident that can be retried."""

    at: datetime
    item: int
    code: str
    detail: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Fire:
    """A timer is due."""

    at: datetime
    item: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message arrived for a waiting item; the case layer matched its name and key."""

    at: datetime
    item: int
    variables: Values = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal was broadcast: everything in this case that waits for it goes on."""

    at: datetime
    name: str
    variables: Values = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """The called process ended; its variables come back."""

    at: datetime
    item: int
    variables: Values = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, slots=True)
class Raise:
    """Open work ended in a business error: the drawing says where to go on."""

    at: datetime
    item: int
    code: str
    variables: Values = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, slots=True)
class Escalate:
    """Open work, or the process it called, escalates: it goes on unless its catcher interrupts."""

    at: datetime
    item: int
    code: str
    variables: Values = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, slots=True)
class SendBack:
    """退回: move the token of an open task to a user task it has passed (rule: see ``verbs``)."""

    at: datetime
    by: str
    item: int
    target: str
    reason: str


@dataclass(frozen=True, slots=True)
class TakeBack:
    """撤回: undo the completion of task ``item``; ``touched`` items are in another hand already."""

    at: datetime
    by: str
    item: int
    touched: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class AddInstance:
    """加签: one more element for a running multi-instance; ``item`` is its body or an instance."""

    at: datetime
    by: str
    item: int
    element: object


@dataclass(frozen=True, slots=True)
class RemoveInstance:
    """减签: take one open instance out of a running multi-instance."""

    at: datetime
    by: str
    item: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again what was stuck."""

    at: datetime
    by: str
    item: int


@dataclass(frozen=True, slots=True)
class SetVariables:
    """Correct variables of the case."""

    at: datetime
    by: str
    variables: Values


@dataclass(frozen=True, slots=True)
class MoveTimer:
    """Have a timer that still waits be due at another moment: its calendar changed."""

    at: datetime
    item: int
    due: datetime


@dataclass(frozen=True, slots=True)
class Migrate:
    """Go on by another version (the program given with it).

    ``moves`` are nodes and flows with new ids; ``fresh`` are nodes only the new version has (see
    ``migration.fresh``): what watches is set for these alone, since one that is missing elsewhere
    has done its work. Without it every missing one is set.
    """

    at: datetime
    by: str
    moves: Mapping[str, str] = field(default_factory=dict)
    fresh: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Suspend:
    """中止: nothing moves until resumed."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Resume:
    """恢复."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Terminate:
    """End the case by hand: everything open is withdrawn."""

    at: datetime
    by: str
    reason: str


Work = Complete | Answer | Fail | Fire | Deliver | Signal | Return | Raise | Escalate | Retry
Verb = SendBack | TakeBack | AddInstance | RemoveInstance | SetVariables
Command = Start | Work | Verb | MoveTimer | Migrate | Suspend | Resume | Terminate
