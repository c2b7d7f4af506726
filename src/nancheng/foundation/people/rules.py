"""Who may do what: one rule that answers for one row and for a whole list.

``reach`` turns an actor's grants for a verb into a ``Reach``; ``Reach.holds`` asks one row, and
``queries.limit`` compiles the same ``Reach`` into a filter. There is no second rule anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    """The identity that acts: one person at one post, with the verbs its duty grants."""

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
    # A deputy acts in his or her own name, at the post of the one who is absent.
    acting_for: Principal | None = None

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
    """What a right asks of a row."""

    owner_identity_id: int | None
    department_id: int | None
    department_path: str
    party_department_ids: frozenset[int] = frozenset()
    invited: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows within an actor's reach: the union of what each field admits."""

    everything: bool = False
    owner_identity_id: int | None = None
    department_id: int | None = None
    below_path: str = ""
    party_department_id: int | None = None
    reader: Reader | None = None

    @property
    def is_nothing(self) -> bool:
        """Say whether no row at all is within reach."""
        return self == NOTHING

    def holds(self, row: Row) -> bool:
        """Say whether one row is within reach."""
        return (
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


NOTHING = Reach()


def reach(actor: Actor | None, verb: str) -> Reach:
    """Return the rows on which the actor may use the verb; deny by default."""
    scopes = actor.verbs.get(verb, frozenset()) if actor else frozenset()
    if actor is None or not scopes:
        return NOTHING
    within = spread(
        scopes,
        identity_id=actor.identity_id,
        department_id=actor.department_id,
        path=actor.department_path,
    )
    return replace(within, reader=reader(actor)) if verb in INVITED else within


def spread(scopes: frozenset[Scope], *, identity_id: int, department_id: int, path: str) -> Reach:
    """Return the rows that scopes reach from where an identity stands."""
    departmental = scopes & {Scope.DEPARTMENT, Scope.BELOW, Scope.PARTY}
    return Reach(
        everything=Scope.ZONE in scopes,
        owner_identity_id=identity_id if Scope.OWN in scopes else None,
        department_id=department_id if departmental else None,
        below_path=path if Scope.BELOW in scopes else "",
        party_department_id=department_id if Scope.PARTY in scopes else None,
    )


def reader(actor: Actor) -> Reader:
    """Return under what names an actor may have been invited."""
    return Reader(actor.identity_id, actor.post_id, actor.department_id)


def may(actor: Actor | None, verb: str, row: Row | None = None) -> bool:
    """Say whether the actor may use the verb, on this row if one is given."""
    within = reach(actor, verb)
    return not within.is_nothing if row is None else within.holds(row)
