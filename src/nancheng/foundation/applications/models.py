"""Other systems that use the API: who they are, their tokens, their calls, answers kept."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Application(models.Model):
    """An application (应用): another system that acts here under an identity of its own."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    purpose = models.CharField(max_length=300)
    contact = models.CharField(max_length=100)
    identity = models.OneToOneField("people.Identity", models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    registered_label = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class AccessToken(models.Model):
    """A token (访问令牌) of an application: a digest, narrower than its identity, for a time."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="tokens")
    label = models.CharField(max_length=60)
    # The first characters, so that people can tell which token they hold.
    head = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    # Words separated by spaces; "*" stands for all that the identity may do.
    verbs = models.CharField(max_length=2000)
    # Kinds of cases separated by spaces; empty stands for every kind.
    kinds = models.CharField(max_length=500, blank=True)
    is_read_only = models.BooleanField(default=True)
    issued_at = models.DateTimeField()
    issued_label = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_label = models.CharField(max_length=200, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-issued_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="token_expires_later", condition=Q(expires_at__gt=F("issued_at"))
            ),
            models.CheckConstraint(name="token_opens_something", condition=~Q(verbs="")),
        )

    def __str__(self) -> str:
        return f"{self.head}… {self.label}"


class ApiCall(models.Model):
    """One call (接口调用): which token asked for what, from where, and what came of it."""

    token = models.ForeignKey(AccessToken, models.PROTECT, related_name="calls")
    at = models.DateTimeField()
    method = models.CharField(max_length=7)
    path = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("token", "-at"), name="api_call_of_token"),
            models.Index(fields=("at",), name="api_call_at"),
        )

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status}"


class ApiAnswer(models.Model):
    """An answer kept (接口应答) under an idempotency key, so that a retry hears it again."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    # What was asked: method, path and body as one digest.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("application", "key"), name="api_answer_once"),
        )
        indexes = (models.Index(fields=("at",), name="api_answer_at"),)

    def __str__(self) -> str:
        return f"{self.application_id}/{self.key[:8]}: {self.status}"
