"""What one person asked for and another has to confirm."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Confirmation(models.Model):
    """A dangerous operation that waits for a second person (两人复核), and what became of it."""

    class State(models.TextChoices):
        """Where the operation stands; it was carried out only if it is confirmed."""

        WAITING = "waiting", _("待复核")
        CONFIRMED = "confirmed", _("已复核")
        REFUSED = "refused", _("复核不通过")
        WITHDRAWN = "withdrawn", _("已撤回")
        LAPSED = "lapsed", _("已失效")

    operation = models.CharField(max_length=60)
    # What it concerns, in one line: a case's number and title, a person, a calendar.
    subject = models.CharField(max_length=300)
    figures = models.JSONField(default=dict)
    reason = models.CharField(max_length=1000)
    department = models.ForeignKey("people.Department", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_by = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    asked_person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    # Whom the asking person stood in for: neither of the two may confirm.
    asked_for_person = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_label = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "people.Identity", models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_person = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_for_person = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_label = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=1000, blank=True)
    # "identity:key" of the command that asked; the same form twice asks once.
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="confirmation_by_another",
                condition=Q(decided_person__isnull=True)
                | Q(state="withdrawn")
                | (
                    ~Q(decided_person=F("asked_person"))
                    & (Q(asked_for_person__isnull=True) | ~Q(asked_for_person=F("decided_person")))
                    & (
                        Q(decided_for_person__isnull=True)
                        | ~Q(decided_for_person=F("asked_person"))
                    )
                ),
            ),
            models.CheckConstraint(
                name="confirmation_decided_by_whom",
                condition=Q(state="waiting", decided_person__isnull=True, decided_at__isnull=True)
                | Q(state="lapsed", decided_person__isnull=True, decided_at__isnull=False)
                | (
                    ~Q(state__in=("waiting", "lapsed"))
                    & Q(decided_person__isnull=False, decided_at__isnull=False)
                ),
            ),
        )
        indexes = (
            models.Index(
                fields=("operation", "asked_at"),
                name="confirmation_waiting",
                condition=Q(state="waiting"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.operation}: {self.subject}"
