"""Who may do what: one rule that answers for one row and for a whole list.

``reach`` turns an actor's grants for a verb into a ``Reach``; ``Reach.holds`` asks one row, and
``queries.limit`` compiles the same ``Reach`` into a filter. There is no second rule anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum


class Scope(StrEnum):
    """How far a grant reaches, from narrow to wide."""

    OWN = "own"  # rows the identity itself opened
    DEPARTMENT = "department"  # rows of the actor's department
    BELOW = "below"  # rows of the department and all below it
    PARTY = "party"  # rows of the department, or where it takes part as lead or co-unit
    ZONE = "zone"  # every row


@dataclass(frozen=True, slots=True)
class Principal:
    """The absent identity that a deputy stands in for."""

    identity_id: int
    person_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The identity that acts: one person at one post, with the verbs its duty grants.

    A deputy is an actor as well: in his or her own name, at the post of the one who is absent
    (``acting_for``), for some kinds of cases or for everything (``kinds`` is None).
    """

    identity_id: int
    person_id: int
    name: str
    post_id: int
    post_name: str
    duty: str
    department_id: int
    department_path: str
    department_name: str
    verbs: Mapping[str, frozenset[Scope]] = field(default_factory=dict, compare=False)
    acting_for: Principal | None = None
    kinds: frozenset[str] | None = None
    # The same person as deputy of each identity he or she stands in for; never of their principals.
    stands_in: tuple[Actor, ...] = ()

    @property
    def label(self) -> str:
        """Return the line that history keeps: name, whom one stands in for, department, post."""
        name = f"{self.name}（代{self.acting_for.name}）" if self.acting_for else self.name
        return f"{name} · {self.department_name} · {self.post_name}"

    @property
    def persons(self) -> frozenset[int]:
        """Return the persons behind the hand: oneself, and the one whom one stands in for.

        Who makes and who checks must have nobody in common here.
        """
        principal = {self.acting_for.person_id} if self.acting_for else set()
        return frozenset({self.person_id, *principal})

    @property
    def standing_id(self) -> int:
        """Return the identity whose desk one sits at: the absent one's, or one's own."""
        return self.acting_for.identity_id if self.acting_for else self.identity_id

    @property
    def hands(self) -> Iterator[Actor]:
        """Yield the actor as itself, then as deputy of each identity it stands in for."""
        yield self
        yield from self.stands_in

    @property
    def every_verb(self) -> frozenset[str]:
        """Return the verbs that open pages: one's own, and those delegated whole."""
        whole = (hand.verbs for hand in self.hands if hand.kinds is None)
        return frozenset(verb for verbs in whole for verb in verbs)

    @property
    def alone(self) -> Actor:
        """Return the actor without those it stands in for: what it may by itself."""
        return replace(self, stands_in=())

    def deals_with(self, kind: str) -> bool:
        """Say whether a kind of cases is within what was delegated; one's own always is."""
        return self.kinds is None or kind in self.kinds


# An invitation to a row opens reading to whoever is granted it at all, and nothing else.
INVITED = frozenset({"case.view"})


@dataclass(frozen=True, slots=True)
class Reader:
    """Under what names an actor may have been invited to a row."""

    identity_id: int
    post_id: int
    department_id: int

    @property
    def names(self) -> frozenset[tuple[str, int]]:
        """Return the names as a row lists them."""
        return frozenset(
            {
                ("identity", self.identity_id),
                ("post", self.post_id),
                ("department", self.department_id),
            }
        )


@dataclass(frozen=True, slots=True)
class Row:
    """What a right asks of a row; ``kind`` is the kind of its case, if it has one."""

    owner_identity_id: int | None
    department_id: int | None
    department_path: str
    party_department_ids: frozenset[int] = frozenset()
    invited: frozenset[tuple[str, int]] = frozenset()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a reach: the union of what each field admits, within ``kinds`` if they are set."""

    everything: bool = False
    owner_identity_id: int | None = None
    department_id: int | None = None
    below_path: str = ""
    party_department_id: int | None = None
    reader: Reader | None = None
    kinds: frozenset[str] | None = None

    def holds(self, row: Row) -> bool:
        """Say whether one row is within this part."""
        return (self.kinds is None or row.kind in self.kinds) and (
            self.everything
            or (
                self.owner_identity_id is not None
                and self.owner_identity_id == row.owner_identity_id
            )
            or (self.department_id is not None and self.department_id == row.department_id)
            or (bool(self.below_path) and row.department_path.startswith(self.below_path))
            or (
                self.party_department_id is not None
                and self.party_department_id in row.party_department_ids
            )
            or (self.reader is not None and not row.invited.isdisjoint(self.reader.names))
        )


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows within an actor's reach: its own part, and one for each one stands in for."""

    parts: tuple[Part, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Say whether no row at all is within reach."""
        return not self.parts

    @property
    def everything(self) -> bool:
        """Say whether every row is within reach."""
        return any(part.everything and part.kinds is None for part in self.parts)

    def holds(self, row: Row) -> bool:
        """Say whether one row is within reach."""
        return any(part.holds(row) for part in self.parts)


NOTHING = Reach()


def reach(actor: Actor | None, verb: str) -> Reach:
    """Return the rows on which the actor may use the verb; deny by default."""
    if actor is None:
        return NOTHING
    parts = (_part(hand, verb) for hand in actor.hands)
    return Reach(tuple(part for part in parts if part is not None))


def _part(actor: Actor, verb: str) -> Part | None:
    scopes = actor.verbs.get(verb, frozenset())
    if not scopes:
        return None
    within = spread(
        scopes,
        identity_id=actor.standing_id,
        department_id=actor.department_id,
        path=actor.department_path,
        kinds=actor.kinds,
    )
    return replace(within, reader=reader(actor)) if verb in INVITED else within


def spread(
    scopes: frozenset[Scope],
    *,
    identity_id: int,
    department_id: int,
    path: str,
    kinds: frozenset[str] | None = None,
) -> Part:
    """Return the rows that scopes reach from where an identity stands."""
    departmental = scopes & {Scope.DEPARTMENT, Scope.BELOW, Scope.PARTY}
    return Part(
        everything=Scope.ZONE in scopes,
        owner_identity_id=identity_id if Scope.OWN in scopes else None,
        department_id=department_id if departmental else None,
        below_path=path if Scope.BELOW in scopes else "",
        party_department_id=department_id if Scope.PARTY in scopes else None,
        kinds=kinds,
    )


def reader(actor: Actor) -> Reader:
    """Return under what names an actor may have been invited."""
    return Reader(actor.standing_id, actor.post_id, actor.department_id)


def may(actor: Actor | None, verb: str, row: Row | None = None) -> bool:
    """Say whether the actor may use the verb: on this row, or without one on anything at all.

    What was delegated for some kinds of cases counts on rows of those kinds alone.
    """
    return hand(actor, verb, row) is not None


def hand(actor: Actor | None, verb: str, row: Row | None = None) -> Actor | None:
    """Return the actor as which one may use the verb: oneself first, then each one stands in for.

    History is written with this actor's label, so that it names both.
    """
    for each in actor.hands if actor else ():
        part = _part(each, verb)
        if part is not None and (part.kinds is None if row is None else part.holds(row)):
            return each
    return None


def doer(actor: Actor, *, post_id: int, claimed_by: int | None, kind: str) -> Actor | None:
    """Return the actor as which one may do a task: its holder, or who stands in for the holder.

    A task belongs to the identity that claimed it, and until then to its post.
    """
    for each in actor.hands:
        holds = claimed_by == each.standing_id if claimed_by else post_id == each.post_id
        if holds and each.deals_with(kind):
            return each
    return None


# The longest absence that one delegation covers, in days; our choice: half a year.
ABSENCE_DAYS_MAX = 183

# 三员分立 (GB/T 22239-2019 安全管理中心): each of them has its own work and no other.
ADMINISTRATORS = frozenset({"sysadmin", "secadmin", "auditadmin"})


def are_separate(duties: frozenset[str]) -> bool:
    """Say whether one person may hold these duties: an administrator's stands alone."""
    return len(duties) < 2 or not duties & ADMINISTRATORS


# What each administrator may be granted, and nobody else (GB/T 22239-2019): the system
# administrator accounts, the security administrator rights, the audit administrator logs.
ADMINISTRATIVE = {
    "sysadmin": frozenset(
        {"system.accounts", "system.grants.confirm", "application.manage", "system.messages"}
    ),
    "secadmin": frozenset(
        {
            "system.grants",
            "system.accounts.confirm",
            "application.token.confirm",
            "system.messages.confirm",
        }
    ),
    "auditadmin": frozenset({"system.audit", "audit.view"}),
}


def grant_fits(duty: str, verb: str) -> bool:
    """Say whether a duty may be granted a verb: an administrator its own, nobody another's."""
    own = ADMINISTRATIVE.get(duty)
    if own is not None:
        return verb in own
    return not any(verb in verbs for verbs in ADMINISTRATIVE.values())


def has_left(leaves_on: date | None, *, on: date) -> bool:
    """Say whether a person is here no more on a day."""
    return leaves_on is not None and leaves_on <= on


def pseudonym(person_id: int) -> tuple[str, str]:
    """Return the sign-in name and the name of a person whose data were erased: always the same."""
    return f"left-{person_id}", f"离岗人员{person_id}"


def password_is_old(changed_at: datetime | None, *, at: datetime, days: int) -> bool:
    """Say whether a password is past its days; one that was never changed here has no age."""
    return changed_at is not None and at - changed_at > timedelta(days=days)
