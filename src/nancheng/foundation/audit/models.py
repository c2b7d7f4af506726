"""Daily roots with the chain heads they seal, and what verifying found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class DailyRoot(models.Model):
    """A daily root (每日总根): one hash over all histories, transfers, and the root before."""

    number = models.PositiveIntegerField(unique=True)
    day = models.DateField()
    sealed_at = models.DateTimeField()
    before = models.CharField(max_length=64, blank=True)
    # How many chains grew since the root before, and the hash tree over their heads.
    leaves = models.PositiveIntegerField()
    tree = models.CharField(max_length=64, blank=True)
    # Covered by this root and all before it.
    cases = models.PositiveIntegerField()
    events = models.BigIntegerField()
    transfers = models.BigIntegerField()
    transfers_to = models.BigIntegerField()
    posted_fen = models.BigIntegerField()
    ledger = models.CharField(max_length=64, blank=True)
    # The newest line of the operations log and its hash; 0 and "" under roots older than that.
    journal_to = models.PositiveBigIntegerField(default=0)
    journal = models.CharField(max_length=64, blank=True)
    root = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"{self.number} {self.day} {self.root}"


class SealedHead(models.Model):
    """A chain's newest hash under a root (封存链头).

    The case is named by its number and not by a key: the row must outlive a case that somebody
    deletes, so that its absence is noticed.
    """

    root = models.ForeignKey(DailyRoot, models.PROTECT, related_name="heads")
    case_number = models.CharField(max_length=30)
    # The event of this case sealed by the root before; 0 if none was.
    since = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    head = models.CharField(max_length=64)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("case_number", "seq"), name="sealed_head_once"),
            models.CheckConstraint(
                name="sealed_head_grows", condition=Q(seq__gt=models.F("since"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_number}#{self.seq}"


class Verification(models.Model):
    """A verification (审计核验): how far it is and what it found."""

    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    since = models.DateField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    # The last case looked at: the next sweep goes on behind it.
    after_case = models.BigIntegerField(default=0)
    cases_all = models.PositiveIntegerField(default=0)
    cases_seen = models.PositiveIntegerField(default=0)
    events_seen = models.BigIntegerField(default=0)
    fault_count = models.PositiveIntegerField(default=0)
    # The first of them, as [difference, case, seq, detail].
    faults = models.JSONField(default=list)
    root = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("id",), name="verification_open", condition=Q(finished_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M} {self.asked_by}"
