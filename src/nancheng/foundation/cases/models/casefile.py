"""The case file and all that hangs on it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ProcessVersion(models.Model):
    """One published version of a drawing (流程版本); never changed once a case runs on it."""

    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True)
    xml = models.BinaryField()
    hash = models.CharField(max_length=64)
    deployed_at = models.DateTimeField()
    deployed_by = models.CharField(max_length=200)

    class Meta:
        ordering = ("key", "-version")
        constraints = (
            models.UniqueConstraint(fields=("key", "version"), name="process_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class DecisionVersion(models.Model):
    """One published version of a decision model (决策表版本)."""

    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    xml = models.BinaryField()
    hash = models.CharField(max_length=64)
    deployed_at = models.DateTimeField()
    deployed_by = models.CharField(max_length=200)

    class Meta:
        ordering = ("key", "-version")
        constraints = (
            models.UniqueConstraint(fields=("key", "version"), name="decision_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Parameter(models.Model):
    """A dated setting (参数): local practice, in force from a day on."""

    code = models.CharField(max_length=60)
    valid_from = models.DateField()
    value = models.CharField(max_length=200)
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ("code", "-valid_from")
        constraints = (
            models.UniqueConstraint(fields=("code", "valid_from"), name="parameter_once_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.code} = {self.value} ({self.valid_from})"


class NumberSeries(models.Model):
    """The last number given in a series, such as the cases of one kind in one year."""

    series = models.CharField(max_length=40, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class Case(models.Model):
    """A case file (办件): one promise, and the process that keeps it."""

    class Status(models.TextChoices):
        """Where the case stands as a whole."""

        OPEN = "open", _("办理中")
        SUSPENDED = "suspended", _("已中止")
        CLOSED = "closed", _("已办结")
        TERMINATED = "terminated", _("已终止")

    number = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    process = models.ForeignKey(ProcessVersion, models.PROTECT, related_name="+")
    # Keys whose own index a longer one below already serves have none: each is a write a step.
    department = models.ForeignKey(
        "people.Department", models.PROTECT, related_name="+", db_index=False
    )
    opened_by = models.ForeignKey(
        "people.Identity", models.PROTECT, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    # What conditions and forms read; facts of a line of business stay in its own tables.
    variables = models.JSONField(default=dict)
    next_item = models.PositiveIntegerField(default=1)
    last_seq = models.PositiveIntegerField(default=0)
    # The number of changes so far: a command that read an older one finds no row to write.
    version = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    # The last finished step and when (seconds since 1970), for the events' "previous" and "wait_s".
    last_step = models.CharField(max_length=80, blank=True)
    last_step_s = models.BigIntegerField(default=0)
    # From then on nothing is written to the case: ``store.write`` finds no row.
    archived_at = models.DateTimeField(null=True, blank=True)
    # The case whose call activity (an item of it) this one answers when it ends.
    caller = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="called"
    )
    caller_item = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("-opened_at", "-id")
        indexes = (
            models.Index(fields=("kind", "-opened_at", "-id"), name="case_kind_newest"),
            models.Index(fields=("status", "-opened_at", "-id"), name="case_status_newest"),
            models.Index(fields=("department", "status"), name="case_department_status"),
            models.Index(fields=("opened_by", "-opened_at"), name="case_opened_by"),
            models.Index(fields=("-opened_at", "-id"), name="case_newest"),
        )
        constraints = (
            models.CheckConstraint(
                name="case_closed_has_a_time",
                condition=Q(closed_at__isnull=True, status__in=("open", "suspended"))
                | Q(closed_at__isnull=False, status__in=("closed", "terminated")),
            ),
            models.CheckConstraint(
                name="case_archived_is_over",
                condition=Q(archived_at__isnull=True) | Q(closed_at__isnull=False),
            ),
            # However often a call is delivered, it opens one case.
            models.UniqueConstraint(
                fields=("caller", "caller_item"),
                name="case_called_once",
                condition=Q(caller__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Participant(models.Model):
    """A department that takes part in a case (参与单位), and in which role."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="participants", db_index=False)
    party = models.CharField(max_length=30)
    department = models.ForeignKey(
        "people.Department", models.PROTECT, related_name="+", db_index=False
    )
    is_lead = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("case", "party"), name="participant_once_a_party"),
        )
        indexes = (models.Index(fields=("department", "case"), name="participant_department"),)

    def __str__(self) -> str:
        return f"{self.case_id}: {self.party}"


class Task(models.Model):
    """A task (任务): work offered to a post, taken by an identity, done once."""

    class State(models.TextChoices):
        """Where the task stands."""

        OFFERED = "offered", _("待签收")
        CLAIMED = "claimed", _("办理中")
        DONE = "done", _("已办")
        WITHDRAWN = "withdrawn", _("已撤回")
        CANCELLED = "cancelled", _("已取消")

    case = models.ForeignKey(Case, models.CASCADE, related_name="tasks", db_index=False)
    item = models.PositiveIntegerField()
    scope = models.PositiveIntegerField(default=0)
    node = models.CharField(max_length=80)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    department = models.ForeignKey(
        "people.Department", models.PROTECT, related_name="+", db_index=False
    )
    post = models.ForeignKey("people.Post", models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    claimed_by = models.ForeignKey(
        "people.Identity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    arrived_at = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    # For limits in hours alone: the moment from which the task is late.
    due_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        "people.Identity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    # For whom a deputy did it; a task that a deputy claims is claimed for the absent one.
    done_for = models.ForeignKey(
        "people.Identity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    reminders = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("arrived_at", "id")
        indexes = (
            models.Index(
                fields=("post", "due_on", "id"),
                name="task_open_by_post",
                # By what no parameter stands for: so both databases know that it serves.
                condition=Q(done_at__isnull=True),
            ),
            models.Index(
                fields=("claimed_by", "due_on", "id"),
                name="task_open_by_identity",
                condition=Q(state="claimed"),
            ),
            models.Index(
                fields=("done_by", "-done_at"), name="task_done_by", condition=Q(state="done")
            ),
            models.Index(
                fields=("done_for", "-done_at"),
                name="task_done_for",
                condition=Q(done_for__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("case", "item"), name="task_item_once"),
            models.CheckConstraint(
                name="task_claimed_by_somebody",
                condition=~Q(state="claimed") | Q(claimed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="task_open_until_done_at",
                condition=Q(done_at__isnull=True, state__in=("offered", "claimed"))
                | Q(done_at__isnull=False, state__in=("done", "withdrawn", "cancelled")),
            ),
            models.CheckConstraint(
                name="task_done_by_somebody",
                condition=~Q(state="done") | Q(done_by__isnull=False, done_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}/{self.item} {self.name}"


class Wait(models.Model):
    """Anything but a task at which a case rests: a timer, a join, a scope, a message awaited."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="waits", db_index=False)
    item = models.PositiveIntegerField()
    scope = models.PositiveIntegerField(default=0)
    node = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    data = models.JSONField(default=dict)
    due_at = models.DateTimeField(null=True, blank=True)
    # A worker that took a due timer and died is overtaken when its lease ends.
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # What is awaited: the name of the message or signal, and the value that tells which case.
    name = models.CharField(max_length=100, default="", db_default="", blank=True)
    correlation = models.CharField(max_length=100, default="", db_default="", blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("due_at",), name="wait_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=("name", "correlation"), name="wait_awaited", condition=~Q(name="")
            ),
            models.Index(
                fields=("case", "item"), name="wait_incident", condition=Q(kind="incident")
            ),
        )
        constraints = (models.UniqueConstraint(fields=("case", "item"), name="wait_item_once"),)

    def __str__(self) -> str:
        return f"{self.case_id}/{self.item} {self.kind}"


class CaseEvent(models.Model):
    """One line of a case's history (事件): what happened, who did it, chained by hash."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=30)
    node = models.CharField(max_length=80, blank=True)
    item = models.PositiveIntegerField(default=0)
    actor = models.ForeignKey(
        "people.Identity", models.PROTECT, null=True, related_name="+", db_index=False
    )
    actor_label = models.CharField(max_length=200, blank=True)
    department = models.ForeignKey(
        "people.Department", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The finished step before this one and the wait since then, so that mining is a GROUP BY.
    previous = models.CharField(max_length=80, blank=True)
    wait_s = models.BigIntegerField(null=True)
    payload = models.TextField()
    # The command's idempotency key, on the first event of its batch.
    key = models.CharField(max_length=80, null=True)  # noqa: DJ001 -- NULLs are not indexed
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("case_id", "seq")
        constraints = (
            models.UniqueConstraint(fields=("case", "seq"), name="case_event_once"),
            models.UniqueConstraint(
                fields=("key",), name="case_event_key_once", condition=Q(key__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq} {self.kind}"


class Clock(models.Model):
    """A legal or agreed limit (时限): a budget; its due date is a projection of it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="clocks")
    task = models.OneToOneField(Task, models.CASCADE, null=True, blank=True, related_name="clock")
    budget = models.CharField(max_length=20)
    basis = models.CharField(max_length=300, blank=True)
    roll = models.CharField(max_length=20, default="none")
    # The rule it was started under, which later versions of the rule do not change.
    rule = models.ForeignKey(
        "limits.LimitRule",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="clocks",
        db_index=False,
    )
    # The office hours that a limit in working hours counts, as they were at its start.
    hours = models.CharField(max_length=200, blank=True, db_default="")
    # The clock of the whole case, for a limit that ends so many days before it.
    anchor = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    started_at = models.DateTimeField()
    # NULL while a pause without end holds the clock.
    due_on = models.DateField(null=True)
    # For limits in hours alone.
    due_at = models.DateTimeField(null=True, blank=True)
    original_due_on = models.DateField(null=True)
    # The calendar versions that the date stands on, such as "2026v1 2027v0".
    calendar = models.CharField(max_length=120, blank=True, db_default="")
    # The date reaches into a year whose notice is not out yet (暂定).
    is_provisional = models.BooleanField(default=False, db_default=False)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # Most clocks have neither rule nor anchor: a step writes no entry for them.
        indexes = (
            models.Index(fields=("rule",), name="clock_rule", condition=Q(rule__isnull=False)),
            models.Index(
                fields=("anchor",), name="clock_anchor", condition=Q(anchor__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.budget}"


class ClockPause(models.Model):
    """A stretch in which a clock stood still (中止)."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="pauses")
    paused_at = models.DateTimeField()
    resumed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ("paused_at", "id")
        constraints = (
            models.CheckConstraint(
                name="clock_pause_runs_forward",
                condition=Q(resumed_at__isnull=True) | Q(resumed_at__gte=F("paused_at")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.clock_id}: {self.paused_at}"


class ClockExtension(models.Model):
    """More time granted (延期), in the unit of the clock's limit."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="extensions")
    count = models.PositiveIntegerField()
    reason = models.CharField(max_length=500)
    granted_by = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        ordering = ("granted_at", "id")
        constraints = (
            models.CheckConstraint(name="clock_extension_adds", condition=Q(count__gt=0)),
        )

    def __str__(self) -> str:
        return f"{self.clock_id}: +{self.count}"


class CalendarDay(models.Model):
    """A day on which the official notice departs from the week (节假日安排)."""

    day = models.DateField()
    is_workday = models.BooleanField()
    name = models.CharField(max_length=60)
    notice = models.CharField(max_length=100)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("day",)
        constraints = (
            models.UniqueConstraint(fields=("day", "version"), name="calendar_day_once"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class CaseLink(models.Model):
    """A tie between two cases (关联): parent, repeat, reopened from."""

    class Kind(models.TextChoices):
        """How the later case relates to the earlier."""

        PARENT = "parent", _("上级办件")
        REPEAT = "repeat", _("重复件")
        REOPENED = "reopened", _("重开自")
        RELATED = "related", _("相关")

    case = models.ForeignKey(Case, models.CASCADE, related_name="links", db_index=False)
    other = models.ForeignKey(Case, models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("case", "other", "kind"), name="case_link_once"),
            models.CheckConstraint(name="case_link_joins_two", condition=~Q(case=F("other"))),
        )

    def __str__(self) -> str:
        return f"{self.case_id} → {self.other_id} ({self.kind})"
