"""Accounts and transfers; what the ledger's rules forbid, the database refuses as well.

An account's four sums are derived from its transfers and written in the same transaction, so that
the bound is a constraint and a page needs no adding up. ``queries.proof`` derives them again.
Triggers (migration 0002) keep transfers from being changed or deleted by what passes the code by.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nancheng.kernel.ledger import accounts, transfers
from nancheng.kernel.ledger.fen import FEN_MAX


class Account(models.Model):
    """A pot of money (账户): what reached it less what left it; a fund never goes below zero."""

    class Kind(models.TextChoices):
        """What it stands for."""

        OUTSIDE = accounts.Kind.OUTSIDE.value, _("区外")
        FUND = accounts.Kind.FUND.value, _("资金池")
        CLEARING = accounts.Kind.CLEARING.value, _("过渡")

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    may_go_negative = models.BooleanField(default=False)
    debits_posted_fen = models.BigIntegerField(default=0)
    debits_pending_fen = models.BigIntegerField(default=0)
    credits_posted_fen = models.BigIntegerField(default=0)
    credits_pending_fen = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                name="ledger_account_bounded",
                condition=Q(may_go_negative=True)
                | Q(credits_posted_fen__gte=F("debits_posted_fen") + F("debits_pending_fen")),
            ),
            models.CheckConstraint(
                name="ledger_fund_has_bound",
                condition=Q(may_go_negative=False) | ~Q(kind=accounts.Kind.FUND.value),
            ),
            models.CheckConstraint(
                name="ledger_sums_not_negative",
                condition=Q(
                    debits_posted_fen__gte=0,
                    debits_pending_fen__gte=0,
                    credits_posted_fen__gte=0,
                    credits_pending_fen__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="ledger_account_kind_known",
                condition=Q(kind__in=[kind.value for kind in accounts.Kind]),
            ),
        )

    def __str__(self) -> str:
        return self.code


class Transfer(models.Model):
    """One movement of money (划转): a fact that is never changed and never deleted."""

    class Phase(models.TextChoices):
        """What it does to the money."""

        PENDING = transfers.Phase.PENDING.value, _("预留")
        POSTED = transfers.Phase.POSTED.value, _("入账")
        VOIDED = transfers.Phase.VOIDED.value, _("释放")
        EXPIRED = transfers.Phase.EXPIRED.value, _("过期释放")

    key = models.CharField(max_length=200, unique=True)
    phase = models.CharField(max_length=10, choices=Phase.choices)
    # Money leaves ``debit`` and reaches ``credit``.
    debit = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    credit = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    amount_fen = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True, blank=True)
    # One-to-one: a reservation ends once, a transfer is reversed once.
    reservation = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="ending"
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversal"
    )
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=60)
    booked_on = models.DateField()
    at = models.DateTimeField()
    by = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index("debit", "id", name="ledger_transfer_debit"),
            models.Index("credit", "id", name="ledger_transfer_credit"),
            models.Index("case", "id", name="ledger_transfer_case"),
            models.Index(
                "expires_at", name="ledger_expiring", condition=Q(expires_at__isnull=False)
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="ledger_amount_in_range",
                condition=Q(amount_fen__gt=0, amount_fen__lte=FEN_MAX),
            ),
            models.CheckConstraint(name="ledger_two_accounts", condition=~Q(debit=F("credit"))),
            models.CheckConstraint(
                name="ledger_phase_fits",
                condition=(
                    Q(phase="pending", reservation=None, reverses=None)
                    | Q(phase="posted", expires_at=None, reservation=None)
                    | Q(phase="posted", expires_at=None, reverses=None)
                    | Q(phase__in=("voided", "expired"), expires_at=None, reverses=None)
                    & Q(reservation__isnull=False)
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.debit_id} → {self.credit_id}: {self.amount_fen} ({self.phase})"
