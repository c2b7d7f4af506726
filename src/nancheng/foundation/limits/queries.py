"""Reads of limit rules, office hours, notices and what they moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import QuerySet

from nancheng.foundation.limits.models import (
    CalendarNotice,
    Correction,
    LimitRule,
    MissingYear,
    OfficeHours,
    Reprojection,
)
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

LOAD = "calendar.load"
CONFIRM = "calendar.confirm"


def rule_on(code: str, *, on: date) -> LimitRule:
    """Return a rule as in force on a day. One statement. Raises ``Refused``."""
    found = LimitRule.objects.filter(code=code, valid_from__lte=on).order_by("-valid_from").first()
    if found is None:
        raise Refused("limits.no-such-rule", rule=code, on=on)
    if not found.length:
        raise Refused("limits.rule-has-no-length", rule=code)
    return found


def rules_in_force(*, on: date) -> dict[str, LimitRule]:
    """Return the rule of each code in force on a day. One statement."""
    found: dict[str, LimitRule] = {}
    for rule in LimitRule.objects.filter(valid_from__lte=on).order_by("code", "valid_from"):
        found[rule.code] = rule
    return found


def versions(code: str) -> QuerySet[LimitRule]:
    """Return the versions of a rule, the latest first."""
    return LimitRule.objects.filter(code=code).order_by("-valid_from")


def office_hours() -> QuerySet[OfficeHours]:
    """Return the office hours that departments have of their own."""
    rows = OfficeHours.objects.select_related("department")
    return rows.order_by("department__path", "-valid_from")


def known_codes() -> set[str]:
    """Return the codes of all rules that count time. One statement."""
    return set(LimitRule.objects.exclude(length="").values_list("code", flat=True))


def hours_of(department_ids: Iterable[int], *, on: date) -> dict[int, str]:
    """Return the office hours of departments that have their own, on a day. One statement."""
    rows = (
        OfficeHours.objects.filter(department_id__in=list(department_ids), valid_from__lte=on)
        .order_by("valid_from")
        .values_list("department_id", "hours")
    )
    return dict(rows)


def notices() -> QuerySet[CalendarNotice]:
    """Return the loaded notices, the newest first."""
    return CalendarNotice.objects.all()


def reprojections(notice_ids: Sequence[int]) -> dict[int, Reprojection]:
    """Return the work that notices started, by notice. One statement."""
    rows = Reprojection.objects.filter(notice_id__in=notice_ids)
    return {row.notice_id: row for row in rows if row.notice_id is not None}


def unfinished() -> list[int]:
    """Return the ids of work not yet finished, the oldest first. One statement."""
    rows = Reprojection.objects.filter(finished_at__isnull=True).order_by("id")
    return list(rows.values_list("id", flat=True))


def missing_years() -> list[MissingYear]:
    """Return what lacks a notice, the most urgent first. One statement."""
    return list(MissingYear.objects.order_by("year", "needed_on", "process", "node"))


def missing_banner(actor: Actor, *, at: datetime) -> list[int]:
    """Return the years to warn an administrator of; nothing for anybody else. One statement."""
    if LOAD not in actor.verbs:
        return []
    del at
    return sorted(set(MissingYear.objects.values_list("year", flat=True)))


def open_correction(task_id: int) -> Correction | None:
    """Return the correction a task waits for. One statement."""
    return Correction.objects.filter(task_id=task_id, received_at__isnull=True).first()


def awaited_tasks(case_id: int) -> list[int]:
    """Return the tasks of a case that wait for corrected papers. One statement."""
    rows = Correction.objects.filter(case_id=case_id, received_at__isnull=True)
    return list(rows.values_list("task_id", flat=True))


def lapsed_corrections() -> list[tuple[int, int, datetime]]:
    """Return the corrections awaited for tasks that are over: case, task, when it ended. One."""
    rows = Correction.objects.filter(received_at__isnull=True, task__done_at__isnull=False)
    found = rows.values_list("case_id", "task_id", "task__done_at")
    return [(case_id, task_id, done_at) for case_id, task_id, done_at in found if done_at]
