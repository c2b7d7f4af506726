"""Rules of limits, office hours, calendar notices, and what each of them did to running clocks."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class LimitRule(models.Model):
    """A limit as a law or order sets it (时限规则), in force from a day on.

    A clock copies what it needs when it starts and keeps pointing here, so a later rule of the
    same code changes no clock that already runs.
    """

    class Correction(models.TextChoices):
        """What a request to correct papers (补正) does to the clock."""

        NONE = "", _("不影响")
        PAUSE = "pause", _("暂停计时")
        RESET = "reset", _("重新起算")

    code = models.CharField(max_length=30)
    valid_from = models.DateField()
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True)
    starts = models.CharField(max_length=100)
    starts_en = models.CharField(max_length=200, blank=True)
    # "15cd", "case-2wd"; empty where the law names a date instead, which then stands in ``fixed``.
    length = models.CharField(max_length=20, blank=True)
    fixed = models.CharField(max_length=100, blank=True)
    roll = models.CharField(max_length=20, default="none")
    # How often (0: as often as need be) and by how much in all it may be extended; "" not at all.
    extension_count = models.PositiveIntegerField(default=0)
    extension_length = models.CharField(max_length=20, blank=True)
    extension_by = models.CharField(max_length=100, blank=True)
    correction = models.CharField(max_length=10, choices=Correction.choices, blank=True)
    source = models.CharField(max_length=200)
    article = models.CharField(max_length=60, blank=True)
    # How sure the figure is: read in the text ("S2"), or known in general ("G-H", "G-M", "G-L").
    mark = models.CharField(max_length=20)

    class Meta:
        ordering = ("code", "-valid_from")
        constraints = (
            models.UniqueConstraint(fields=("code", "valid_from"), name="limit_rule_once_a_day"),
            models.CheckConstraint(
                name="limit_rule_has_an_end", condition=~Q(length="") | ~Q(fixed="")
            ),
            models.CheckConstraint(
                name="limit_rule_extension_whole",
                condition=Q(extension_count=0) | ~Q(extension_length=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.length or self.fixed}"

    @property
    def basis(self) -> str:
        """Return the legal ground as a clock quotes it."""
        return f"{self.source} {self.article}".strip()


class OfficeHours(models.Model):
    """The office hours of a department (作息时间), with their seasons, in force from a day on."""

    department = models.ForeignKey("people.Department", models.CASCADE, related_name="+")
    valid_from = models.DateField()
    hours = models.CharField(max_length=200)
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ("department", "-valid_from")
        constraints = (
            models.UniqueConstraint(
                fields=("department", "valid_from"), name="office_hours_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.department_id}: {self.hours}"


class CalendarNotice(models.Model):
    """A notice of rest days as loaded (节假日通知): proposed, confirmed by another, in force."""

    year = models.PositiveIntegerField()
    number = models.CharField(max_length=100)
    # The rows as given, checked; they become calendar days when a second person confirms.
    rows = models.JSONField(default=list)
    proposed_at = models.DateTimeField()
    proposed_label = models.CharField(max_length=200)
    # NULL for what the installation itself brings along.
    confirmation = models.ForeignKey(
        "confirmations.Confirmation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_label = models.CharField(max_length=200, blank=True)
    # What it became: "2026v2 2027v1".
    versions = models.CharField(max_length=120, blank=True)
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ("-proposed_at", "-id")

    def __str__(self) -> str:
        return f"{self.year} {self.number}"


class Reprojection(models.Model):
    """The work of moving running clocks to a new calendar (重新推算); resumable after any stop."""

    notice = models.ForeignKey(
        CalendarNotice, models.PROTECT, null=True, blank=True, related_name="reprojections"
    )
    reason = models.CharField(max_length=300)
    # Only clocks that end on this day or later can move.
    since = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    by_label = models.CharField(max_length=200)
    # Where the next batch begins; written in the same transaction as what the batch moved.
    after_clock = models.BigIntegerField(default=0)
    # The same among waiting timers, which follow the clocks.
    after_wait = models.BigIntegerField(default=0, db_default=0)
    total = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    # Timers whose length could not be had again: they keep their date, and their cases say so.
    kept = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ("-started_at", "-id")
        indexes = (
            models.Index(
                fields=("id",), name="reprojection_open", condition=Q(finished_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.reason} {self.seen}/{self.total}"


class ClockMove(models.Model):
    """A last day that moved (期限变动): from when to when, and why. Never changed or deleted."""

    class Reason(models.TextChoices):
        """Why a clock's last day is another than before."""

        CALENDAR = "calendar", _("节假日安排更新")
        EXTENDED = "extended", _("延期")
        PAUSED = "paused", _("中止")
        RESUMED = "resumed", _("恢复计时")
        RESET = "reset", _("重新起算")
        FOLLOWED = "followed", _("随全程期限变动")

    clock = models.ForeignKey("cases.Clock", models.CASCADE, related_name="moves")
    reprojection = models.ForeignKey(
        Reprojection, models.PROTECT, null=True, blank=True, related_name="moves"
    )
    reason = models.CharField(max_length=10, choices=Reason.choices)
    note = models.CharField(max_length=500, blank=True)
    # NULL while a pause without end holds the clock.
    before_on = models.DateField(null=True)
    after_on = models.DateField(null=True)
    # For limits in hours.
    before_at = models.DateTimeField(null=True, blank=True)
    after_at = models.DateTimeField(null=True, blank=True)
    # The calendar versions after the move, such as "2026v1 2027v0".
    calendar = models.CharField(max_length=120, blank=True)
    moved_at = models.DateTimeField()

    class Meta:
        ordering = ("moved_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("reprojection", "clock"), name="clock_move_once"),
        )

    def __str__(self) -> str:
        return f"{self.clock_id}: {self.before_on} → {self.after_on}"


class Correction(models.Model):
    """A request to correct papers (补正): what is missing, and what it does to the clock."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="corrections")
    task = models.ForeignKey("cases.Task", models.CASCADE, related_name="corrections")
    mode = models.CharField(max_length=10, choices=LimitRule.Correction.choices)
    missing = models.CharField(max_length=1000)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.ForeignKey(
        "people.Identity", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("asked_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("task",), name="correction_open_once", condition=Q(received_at__isnull=True)
            ),
            models.CheckConstraint(
                name="correction_runs_forward",
                condition=Q(received_at__isnull=True) | Q(received_at__gte=F("asked_at")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.task_id}: {self.asked_at}"


class MissingYear(models.Model):
    """A year whose notice will be needed and is not loaded (缺年预警), for one kind of limit."""

    year = models.PositiveIntegerField()
    process = models.CharField(max_length=60)
    node = models.CharField(max_length=80, blank=True)
    limit = models.CharField(max_length=30)
    # The first day on which a clock of this kind, started then, would reach into the year.
    needed_on = models.DateField()
    # Clocks that already run on a provisional date in that year.
    waiting = models.PositiveIntegerField(default=0)
    noted_on = models.DateField()

    class Meta:
        ordering = ("year", "needed_on", "process", "node")
        constraints = (
            models.UniqueConstraint(fields=("year", "process", "node"), name="missing_year_once"),
        )

    def __str__(self) -> str:
        return f"{self.year}: {self.process}/{self.node}"
