"""Working time on the calendar: when work is done, and how much of a stretch was open."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from nancheng.kernel.process import due as plain
from nancheng.kernel.process.definition import TimerKind, TimerSpec
from nancheng.kernel.worktime import calendars, clocks, hours, limits
from nancheng.kernel.worktime.calendars import Calendar
from nancheng.kernel.worktime.hours import SHANGHAI, Hours
from nancheng.kernel.worktime.limits import Unit

ZERO = timedelta(0)
DAY = timedelta(days=1)
LIMIT_UNITS = tuple(unit.value for unit in Unit)


class OfficeTime:
    """A calendar and its office hours; days are worked out once."""

    def __init__(self, calendar: Calendar, office: Hours) -> None:
        self.calendar = calendar
        self.office = office
        self._days: dict[date, tuple[tuple[datetime, datetime], ...]] = {}

    def spans(self, on: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the open stretches of a day. Raises ``CalendarMissing``."""
        found = self._days.get(on)
        if found is None:
            found = self._days[on] = hours.open_spans(self.office, self.calendar, on=on)
        return found

    def opening(self, on: date) -> datetime:
        """Return when the first working day from a day on opens."""
        return self.spans(calendars.on_or_after(self.calendar, on))[0][0]

    def ends(self, at: datetime, took: timedelta) -> datetime:
        """Return when work of that length is done that begins at a moment."""
        if not took:
            return at
        on = at.astimezone(SHANGHAI).date()
        while True:
            for opens, closes in self.spans(on):
                begins = max(opens, at)
                if begins < closes:
                    if took <= closes - begins:
                        return begins + took
                    took -= closes - begins
            on += DAY

    def open_time(self, begins: datetime, ends: datetime) -> timedelta:
        """Return how much working time lies between two moments."""
        total, on = ZERO, begins.astimezone(SHANGHAI).date()
        last = ends.astimezone(SHANGHAI).date()
        while on <= last:
            for opens, closes in self.spans(on):
                total += max(ZERO, min(closes, ends) - max(opens, begins))
            on += DAY
        return total

    def day_length(self, on: date) -> timedelta:
        """Return how long the office is open on a working day."""
        return sum((closes - opens for opens, closes in self.spans(on)), ZERO)

    def timer_due(self, spec: TimerSpec, at: datetime) -> datetime:
        """Return when a timer of a drawing is due: ISO 8601, or a limit in working time."""
        text = spec.text
        if spec.kind is TimerKind.DURATION and text.endswith(LIMIT_UNITS) and text[0] != "P":
            return self.limit_ends(text, at)
        return plain.due(spec, at)

    def limit_ends(self, limit: str, at: datetime) -> datetime:
        """Return from when on a limit that began at a moment is overrun."""
        clock = clocks.Clock(limits.parse(limit), at)
        due = clocks.due(clock, self.calendar, office=self.office)
        assert due is not None
        return due.due_at
