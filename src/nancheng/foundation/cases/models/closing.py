"""What happens to a case that is over: its archive, and requests to reopen it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Archive(models.Model):
    """The archive file of a closed case (归档): from then on the case is read only."""

    class Retention(models.TextChoices):
        """How long it is kept: the classes of 国家档案局令第8号 (2006)."""

        PERMANENT = "permanent", _("永久")
        YEARS_30 = "30y", _("30年")
        YEARS_10 = "10y", _("10年")

    case = models.OneToOneField("cases.Case", models.PROTECT, related_name="archive")
    number = models.CharField(max_length=40, unique=True)
    retention = models.CharField(max_length=10, choices=Retention.choices)
    note = models.CharField(max_length=1000, blank=True)
    archived_by = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    archived_label = models.CharField(max_length=200)
    archived_at = models.DateTimeField()
    # What was sealed: the head of the history's chain, how many events, and the files' hashes.
    head = models.CharField(max_length=64)
    events = models.PositiveIntegerField()
    manifest = models.JSONField(default=list)

    class Meta:
        ordering = ("-archived_at", "-id")

    def __str__(self) -> str:
        return self.number


class Reopening(models.Model):
    """A request to reopen a case (重开申请): one person asks, another decides."""

    class State(models.TextChoices):
        """Where the request stands."""

        ASKED = "asked", _("待审批")
        APPROVED = "approved", _("已重开")
        REFUSED = "refused", _("不予重开")

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="reopenings")
    node = models.CharField(max_length=80)
    reason = models.CharField(max_length=1000)
    asked_by = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    asked_label = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    decided_by = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")
    decided_label = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    words = models.CharField(max_length=1000, blank=True)
    # The case that goes on with it.
    opened = models.OneToOneField("cases.Case", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("case",), name="reopening_asked_once", condition=Q(state="asked")
            ),
            models.CheckConstraint(
                name="reopening_by_two_persons",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="reopening_decided_whole",
                condition=Q(state="asked", decided_by__isnull=True, opened__isnull=True)
                | Q(state="refused", decided_by__isnull=False, opened__isnull=True)
                | Q(state="approved", decided_by__isnull=False, opened__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"
