"""What happened around accounts, rights and exports; never a row of a department's business."""

from __future__ import annotations

from django.db import models


class JournalEntry(models.Model):
    """One line of the operations log (操作日志), chained to the line before it."""

    seq = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    label = models.CharField(max_length=200, blank=True)
    # Whom or what it concerns: a sign-in name, a duty, a list that was exported.
    subject = models.CharField(max_length=200, blank=True)
    detail = models.CharField(max_length=2000, blank=True)
    address = models.CharField(max_length=45, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("-seq",)
        indexes = (models.Index(fields=("kind", "at"), name="journal_kind_at"),)

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class JournalHead(models.Model):
    """Where the chain of the operations log ends (日志链头); its lock puts writers in line."""

    last_seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return str(self.last_seq)
