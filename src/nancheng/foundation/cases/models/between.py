"""What passes between cases, and between the versions of a drawing."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Errand(models.Model):
    """An errand (转达事项): what one case has to tell another, or the world has to tell a case.

    Written in the transaction of what it tells of, done by a job in a transaction of its own: no
    transaction ever locks two cases, so no two of them can wait for each other.
    """

    class Kind(models.TextChoices):
        """What is to be done."""

        OPEN = "open", _("开立子办件")
        ANSWER = "answer", _("子办件回复")
        FAIL = "fail", _("子办件出错结束")
        END = "end", _("终止子办件")
        ESCALATE = "escalate", _("上报")
        MESSAGE = "message", _("消息")
        BROADCAST = "broadcast", _("信号")
        SIGNAL = "signal", _("信号送达")
        START = "start", _("由事件开立办件")

    class State(models.TextChoices):
        """Where the errand stands."""

        WAITING = "waiting", _("待转达")
        KEPT = "kept", _("等待接收")
        STUCK = "stuck", _("受阻")
        DONE = "done", _("已转达")
        DROPPED = "dropped", _("已放弃")

    key = models.CharField(max_length=150, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # The case that sends, and which item of it; NULL when it comes from outside.
    source = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="+"
    )
    item = models.PositiveIntegerField(default=0)
    # No constraint in the database: checking it would lock a case that is not ours to lock.
    target = models.ForeignKey(
        "cases.Case",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    target_item = models.PositiveIntegerField(default=0)
    node = models.CharField(max_length=80, blank=True)
    # Of a message or signal its name, of an error or escalation its code, of a start the kind.
    name = models.CharField(max_length=100, blank=True)
    correlation = models.CharField(max_length=100, blank=True)
    values = models.JSONField(default=dict)
    by = models.ForeignKey(
        "people.Identity", models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # How far a broadcast has come: the last case that it was passed on to.
    cursor = models.BigIntegerField(default=0)
    code = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="errand_done_has_a_time",
                condition=Q(done_at__isnull=False, state__in=("done", "dropped"))
                | Q(done_at__isnull=True, state__in=("waiting", "kept", "stuck")),
            ),
        )
        indexes = (
            models.Index(fields=("due_at", "id"), name="errand_due", condition=Q(state="waiting")),
            models.Index(
                fields=("name", "correlation"), name="errand_kept", condition=Q(state="kept")
            ),
            models.Index(fields=("id",), name="errand_stuck", condition=Q(state="stuck")),
            models.Index(
                fields=("done_at",), name="errand_done", condition=Q(done_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.name} ({self.state})"


class Migration(models.Model):
    """A plan (迁移方案) to let running cases of one version go on by another."""

    class State(models.TextChoices):
        """Where the plan stands."""

        PLANNED = "planned", _("已制订")
        RUNNING = "running", _("执行中")
        DONE = "done", _("已完成")

    kind = models.CharField(max_length=60)
    old = models.ForeignKey(
        "cases.ProcessVersion", models.PROTECT, db_index=False, related_name="+"
    )
    new = models.ForeignKey(
        "cases.ProcessVersion", models.PROTECT, db_index=False, related_name="+"
    )
    # Node id in the old drawing → node id in the new one, where they differ.
    moves = models.JSONField(default=dict)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    planned_by = models.ForeignKey(
        "people.Identity", models.PROTECT, null=True, db_index=False, related_name="+"
    )
    planned_at = models.DateTimeField()
    key = models.CharField(max_length=150, unique=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # The last case looked at; how many went over, and how many had to stay.
    cursor = models.BigIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    stayed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-planned_at", "-id")
        constraints = (
            models.CheckConstraint(name="migration_joins_two", condition=~Q(old=F("new"))),
        )
        indexes = (models.Index(fields=("kind", "-planned_at"), name="migration_of_kind"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.old_id} → {self.new_id}"
