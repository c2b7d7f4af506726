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
    """A request to reopen a case (重开申请): one person asks, another confirms.

    Who asked, why, and what was decided stand in the confirmation.
    """

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="reopenings")
    node = models.CharField(max_length=80)
    confirmation = models.OneToOneField(
        "confirmations.Confirmation", models.PROTECT, related_name="+"
    )
    # The case that goes on with it, once it is confirmed.
    opened = models.OneToOneField("cases.Case", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="reopening_opens_another",
                condition=Q(opened__isnull=True) | ~Q(opened=F("case")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} → {self.opened_id or '?'}"
