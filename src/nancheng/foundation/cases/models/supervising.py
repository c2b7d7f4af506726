"""Supervision slips with their replies, and tasks taken from a pool."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Slip(models.Model):
    """A supervision slip (督办单): blue, yellow or red, on one department's part of a case."""

    class Colour(models.TextChoices):
        """How urgent it is, from mild to severe."""

        BLUE = "blue", _("蓝单")
        YELLOW = "yellow", _("黄单")
        RED = "red", _("红单")

    class State(models.TextChoices):
        """Where the slip stands."""

        ISSUED = "issued", _("待回复")
        REPLIED = "replied", _("待审核")
        CLOSED = "closed", _("已办结")

    class Effect(models.TextChoices):
        """What the slip came to."""

        RESOLVED = "resolved", _("已解决")
        PARTLY = "partly", _("部分解决")
        UNRESOLVED = "unresolved", _("未解决，转其他方式处理")

    number = models.CharField(max_length=30, unique=True)
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="slips")
    reader = models.OneToOneField("cases.CaseReader", models.PROTECT, related_name="slip")
    department = models.ForeignKey("people.Department", models.PROTECT, related_name="+")
    colour = models.CharField(max_length=8, choices=Colour.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ISSUED)
    demand = models.CharField(max_length=1000)
    issued_by = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    issued_label = models.CharField(max_length=200)
    issued_at = models.DateTimeField()
    reply_by = models.DateField()
    escalations = models.PositiveIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)
    effect = models.CharField(max_length=12, choices=Effect.choices, blank=True)
    effect_text = models.CharField(max_length=1000, blank=True)
    closed_by = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-issued_at", "-id")
        indexes = (
            models.Index(
                fields=("department", "colour"),
                name="slip_open",
                condition=Q(state__in=("issued", "replied")),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="slip_closed_with_an_effect",
                condition=Q(state__in=("issued", "replied"), closed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False) & ~Q(effect=""),
            ),
            # One open slip a department and case; it escalates instead of gaining a sibling.
            models.UniqueConstraint(
                fields=("case", "department"),
                name="slip_open_once",
                condition=Q(state__in=("issued", "replied")),
            ),
        )

    def __str__(self) -> str:
        return self.number


class SlipReply(models.Model):
    """A reply to a slip (督办回复), accepted by closing the slip or rejected with a reason."""

    slip = models.ForeignKey(Slip, models.CASCADE, related_name="replies")
    text = models.CharField(max_length=2000)
    by = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    label = models.CharField(max_length=200)
    at = models.DateTimeField()
    rejected_by = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")
    rejected_at = models.DateTimeField(null=True, blank=True)
    rejected_reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ("at", "id")
        constraints = (
            models.CheckConstraint(
                name="slip_reply_rejected_why",
                condition=Q(rejected_at__isnull=True, rejected_by__isnull=True)
                | Q(rejected_at__isnull=False, rejected_by__isnull=False) & ~Q(rejected_reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.slip_id}: {self.label}"


class Grab(models.Model):
    """A task taken from a pool (抢办) and by whom; what becomes of it stands in the task."""

    task = models.ForeignKey("cases.Task", models.CASCADE, related_name="grabs")
    identity = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    grabbed_at = models.DateTimeField()

    class Meta:
        ordering = ("grabbed_at", "id")
        indexes = (models.Index(fields=("identity", "grabbed_at"), name="grab_identity"),)

    def __str__(self) -> str:
        return f"{self.task_id}: {self.identity_id}"
