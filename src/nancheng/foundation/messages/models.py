"""Notices in the house, and the outbox of what is sent out of it after a commit."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# The figure of a deputy's notice that names whom it stands in for.
STANDING_IN = "_for"


class Notice(models.Model):
    """A notice (通知) to one identity; its text is made at reading time from code and figures."""

    identity = models.ForeignKey("people.Identity", models.CASCADE, related_name="+")
    case = models.ForeignKey("cases.Case", models.CASCADE, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=60)
    figures = models.JSONField(default=dict)
    key = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            # The same event told twice to the same identity is one notice.
            models.UniqueConstraint(fields=("identity", "key"), name="notice_once"),
        )
        indexes = (
            models.Index(
                fields=("identity", "-created_at"),
                condition=Q(read_at__isnull=True),
                name="notice_unread",
            ),
            models.Index(fields=("identity", "-created_at", "-id"), name="notice_of_identity"),
        )

    def __str__(self) -> str:
        return f"{self.identity_id} {self.code}"


class Subscription(models.Model):
    """A subscription (订阅): an identity also wants its notices by mail."""

    identity = models.ForeignKey("people.Identity", models.CASCADE, related_name="+")
    address = models.EmailField()
    # "" is every notice; "case." those whose code begins with it.
    code_prefix = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("identity", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("identity", "address", "code_prefix"), name="subscription_once"
            ),
        )

    def __str__(self) -> str:
        return self.address


class Endpoint(models.Model):
    """An endpoint (推送地址) of another system, told about events as CloudEvents."""

    name = models.CharField(max_length=60, unique=True)
    url = models.URLField(max_length=400)
    secret = models.CharField(max_length=100, blank=True)
    code_prefix = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Outbox(models.Model):
    """A message to be sent (待发消息), written in the transaction of what it tells of."""

    class Channel(models.TextChoices):
        """The way out of the house."""

        MAIL = "mail", _("电子邮件")
        WEBHOOK = "webhook", _("接口推送")

    channel = models.CharField(max_length=10, choices=Channel.choices)
    key = models.CharField(max_length=200, unique=True)
    address = models.CharField(max_length=400)
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=10, default="zh-hans")
    code = models.CharField(max_length=60)
    figures = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    send_after = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="outbox_sent_or_dead",
                condition=Q(sent_at__isnull=True) | Q(dead_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(
                fields=("send_after", "id"),
                condition=Q(sent_at__isnull=True, dead_at__isnull=True),
                name="outbox_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.code}"
