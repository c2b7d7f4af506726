"""What a telling has made so far, its actors, its days counted back from now, its files."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.utils import timezone

from nancheng.domains.funds.models import Contract, FundedProject
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.rules import Actor

DATA = Path(__file__).parents[1] / "data"
REGION = "000000"
WAN = 1_000_000
DEBT, INVESTMENT = "debt", "investment"
FRIDAY = 4

Row = Mapping[str, str]


@dataclass(slots=True)
class Story:
    """What the telling has made so far, by the keys of its files."""

    at: datetime
    actors: dict[str, Actor] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)
    projects: dict[str, FundedProject] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)

    def who(self, username: str) -> Actor:
        """Return the actor of a sign-in name."""
        if username not in self.actors:
            on = timezone.localdate(self.at)
            self.actors[username] = people.actor_of(username=username, on=on)
        return self.actors[username]

    def moment(self, days: int, hour: int = 10) -> datetime:
        """Return a moment on a weekday so many days from now, never ahead of now."""
        on = timezone.localdate(self.at) + timedelta(days=days)
        while on.weekday() > FRIDAY:
            on -= timedelta(days=1)
        made = timezone.make_aware(datetime.combine(on, time(hour, 12)))
        return min(made, self.at)

    def on(self, days: int) -> date:
        """Return the weekday so many days from now."""
        return timezone.localdate(self.moment(days))


def rows(name: str) -> list[Row]:
    """Return the rows of one of the story's files."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
