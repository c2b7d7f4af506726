"""Who may read one case by invitation, and what others were asked or shown of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CaseReader(models.Model):
    """A right to read exactly one case (阅读权): by invitation, until it is taken back.

    Rights ask this table alone (``queries.readers_of``); circulation, requests for an opinion and
    supervision slips each hold the row they gave.
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="readers")
    identity = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("people.Post", models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey("people.Department", models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="case_reader_is_one",
                condition=Q(identity__isnull=False, post__isnull=True, department__isnull=True)
                | Q(identity__isnull=True, post__isnull=False, department__isnull=True)
                | Q(identity__isnull=True, post__isnull=True, department__isnull=False),
            ),
        )
        indexes = (
            models.Index(
                fields=("identity", "case"),
                name="reader_identity",
                condition=Q(ended_at__isnull=True, identity__isnull=False),
            ),
            models.Index(
                fields=("post", "case"),
                name="reader_post",
                condition=Q(ended_at__isnull=True, post__isnull=False),
            ),
            models.Index(
                fields=("department", "case"),
                name="reader_department",
                condition=Q(ended_at__isnull=True, department__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.identity_id or self.post_id or self.department_id}"


class Opinion(models.Model):
    """A request for an opinion (征求意见): the case does not move while others are asked."""

    class State(models.TextChoices):
        """Where the request stands."""

        ASKED = "asked", _("待答复")
        ANSWERED = "answered", _("已答复")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Stance(models.TextChoices):
        """What the asked say, in one word."""

        NONE = "none", _("无意见")
        SUGGEST = "suggest", _("有修改建议")
        OBJECT = "object", _("不同意")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="opinions")
    reader = models.OneToOneField(CaseReader, models.CASCADE, related_name="opinion")
    # What the asked is called, as it was on the day.
    receiver = models.CharField(max_length=200)
    question = models.CharField(max_length=1000)
    asked_by = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    asked_label = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    stance = models.CharField(max_length=8, choices=Stance.choices, blank=True)
    answer = models.CharField(max_length=2000, blank=True)
    answered_by = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")
    answered_label = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("asked_at", "id")
        indexes = (
            models.Index(fields=("due_on",), name="opinion_open", condition=Q(state="asked")),
        )
        constraints = (
            models.CheckConstraint(
                name="opinion_ends_once",
                condition=Q(state="asked", ended_at__isnull=True)
                | Q(state__in=("answered", "withdrawn"), ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="opinion_answered_by_somebody",
                condition=~Q(state="answered") | (Q(answered_by__isnull=False) & ~Q(stance="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} → {self.receiver}"


class Circulation(models.Model):
    """A copy of a case sent round for reading (传阅) to one identity, post or department."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="circulations")
    reader = models.OneToOneField(CaseReader, models.CASCADE, related_name="circulation")
    receiver = models.CharField(max_length=200)
    words = models.CharField(max_length=1000, blank=True)
    sent_by = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    sent_label = models.CharField(max_length=200)
    sent_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("sent_at", "id")
        constraints = (
            models.CheckConstraint(
                name="circulation_revoked_by_one",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} → {self.receiver}"


class Receipt(models.Model):
    """A receipt (阅读回执): who has read a circulated case, when, and what he or she noted."""

    circulation = models.ForeignKey(Circulation, models.CASCADE, related_name="receipts")
    identity = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    label = models.CharField(max_length=200)
    read_at = models.DateTimeField()
    noted_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ("read_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("circulation", "identity"), name="receipt_once"),
        )

    def __str__(self) -> str:
        return f"{self.label} {self.read_at:%Y-%m-%d %H:%M}"
