"""A project's book: the lines of all its pots of bond money, with one running balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from nancheng.domains.funds.models import Allocation, Payment
from nancheng.domains.funds.queries import money, projects, wording
from nancheng.domains.funds.queries.projects import Thread
from nancheng.foundation.ledger import queries as ledger
from nancheng.foundation.people.rules import Actor


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the book; amounts in fen."""

    booked_on: date
    words: str
    bond: str
    case_number: str
    in_fen: int
    out_fen: int
    held_fen: int
    balance_fen: int
    available_fen: int
    by: str


@dataclass(frozen=True, slots=True)
class Book:
    """A project's money and every line behind it, oldest first."""

    thread: Thread
    lines: tuple[Line, ...]


def of_project(number: str, actor: Actor | None, *, on: date) -> Book | None:
    """Return a project's book, or None if it is not there or out of reach."""
    thread = projects.thread(number, actor, on=on)
    if thread is None:
        return None
    pots = Allocation.objects.filter(project=thread.project).values_list("id", "bond__code")
    found = [
        (bond, line)
        for allocation_id, bond in pots
        for line in ledger.statement(money.pot_account(allocation_id)).lines
    ]
    found.sort(key=lambda pair: (pair[1].booked_on, pair[1].transfer_id))
    numbers = dict(
        Payment.objects.filter(allocation__project=thread.project).values_list(
            "case_id", "case__number"
        )
    )
    return Book(thread, tuple(_run(found, numbers)))


def _run(found: list[tuple[str, Any]], numbers: dict[int, str]) -> list[Line]:
    lines = []
    balance_fen = available_fen = 0
    for bond, one in found:
        balance_fen += one.in_fen - one.out_fen
        available_fen += one.in_fen - one.out_fen - one.held_fen
        lines.append(
            Line(
                booked_on=one.booked_on,
                words=wording.booked(one.reason, one.phase.value, is_back=bool(one.reverses_id)),
                bond=bond,
                case_number=numbers.get(one.case_id or 0, ""),
                in_fen=one.in_fen,
                out_fen=one.out_fen,
                held_fen=one.held_fen,
                balance_fen=balance_fen,
                available_fen=available_fen,
                by=one.by.partition(" · ")[0],
            )
        )
    return lines
