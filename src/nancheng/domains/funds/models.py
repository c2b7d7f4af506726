"""Bonds, their money and where it goes: facts and what a row may never say."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nancheng.domains.funds.rules.facts import Verdict
from nancheng.domains.funds.rules.payments import PERMILLE, RETENTION_PERMILLE_MAX


class Batch(models.Model):
    """A batch (批次) in which a quota came down and bonds were issued."""

    year = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100)
    quota_fen = models.BigIntegerField()
    document = models.CharField(max_length=60)

    class Meta:
        ordering = ("year", "number")
        constraints = (
            models.UniqueConstraint(fields=("year", "number"), name="batch_once"),
            models.CheckConstraint(name="batch_quota_positive", condition=Q(quota_fen__gt=0)),
        )

    def __str__(self) -> str:
        return self.name


class Bond(models.Model):
    """A bond (债券): fixed rate, face and terms; confirmed once its allocations add up."""

    class Repayment(models.TextChoices):
        """How the principal comes back."""

        BULLET = "bullet", _("到期一次还本")
        PARTS = "parts", _("分年还本")

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="bonds")
    amount_fen = models.BigIntegerField()
    # 3.30 % is 3300 thousandths of a percent: exact, and no float.
    coupon_milli = models.PositiveIntegerField()
    tenor_years = models.PositiveIntegerField()
    frequency = models.PositiveIntegerField()
    issued_on = models.DateField()
    interest_from = models.DateField()
    matures_on = models.DateField()
    repayment = models.CharField(max_length=10, choices=Repayment.choices, default=Repayment.BULLET)
    # Fees in millionths of the amount: 0.8 ‰ is 800.
    issue_fee_ppm = models.PositiveIntegerField(default=0)
    registration_fee_ppm = models.PositiveIntegerField(default=0)
    redemption_fee_ppm = models.PositiveIntegerField(default=0)
    hand_over_days = models.PositiveIntegerField(default=5)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        ordering = ("issued_on", "code")
        constraints = (
            models.CheckConstraint(name="bond_amount_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(name="bond_frequency_known", condition=Q(frequency__in=(1, 2))),
            models.CheckConstraint(
                name="bond_matures_after_interest",
                condition=Q(matures_on__gt=F("interest_from")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class FundedProject(models.Model):
    """A project as special bonds see it (专项债项目): its approved estimate."""

    project = models.OneToOneField("register.Project", models.PROTECT, related_name="+")
    estimate_fen = models.BigIntegerField()

    class Meta:
        ordering = ("project__number",)
        constraints = (
            models.CheckConstraint(
                name="funded_estimate_positive", condition=Q(estimate_fen__gt=0)
            ),
        )

    def __str__(self) -> str:
        return f"funded project {self.project_id}"


class Allocation(models.Model):
    """One bond's money for one project (额度分配); its sum per bond is the bond's amount."""

    bond = models.ForeignKey(Bond, models.PROTECT, related_name="allocations")
    project = models.ForeignKey(FundedProject, models.PROTECT, related_name="allocations")
    amount_fen = models.BigIntegerField()

    class Meta:
        ordering = ("bond", "id")
        constraints = (
            models.UniqueConstraint(fields=("bond", "project"), name="allocation_once"),
            models.CheckConstraint(
                name="allocation_amount_positive", condition=Q(amount_fen__gt=0)
            ),
        )

    def __str__(self) -> str:
        return f"{self.bond_id} → {self.project_id}"


class Tranche(models.Model):
    """Money that arrived for an allocation (到账); its arrival starts the idle clock."""

    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="tranches")
    arrived_on = models.DateField()
    amount_fen = models.BigIntegerField()
    document = models.CharField(max_length=60)
    transfer = models.OneToOneField("ledger.Transfer", models.PROTECT, related_name="+")

    class Meta:
        ordering = ("arrived_on", "id")
        constraints = (
            models.CheckConstraint(name="tranche_amount_positive", condition=Q(amount_fen__gt=0)),
            models.UniqueConstraint(
                fields=("allocation", "document"), name="tranche_document_once"
            ),
        )

    def __str__(self) -> str:
        return self.document


class CostItem(models.Model):
    """An item of the approved estimate in the implementation plan (一案两书 的费用项)."""

    project = models.ForeignKey(FundedProject, models.PROTECT, related_name="cost_items")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100)
    approved_fen = models.BigIntegerField()

    class Meta:
        ordering = ("project", "code")
        constraints = (
            models.UniqueConstraint(fields=("project", "code"), name="cost_item_once"),
            models.CheckConstraint(name="cost_item_not_negative", condition=Q(approved_fen__gte=0)),
        )

    def __str__(self) -> str:
        return self.name


class Contract(models.Model):
    """A contract (合同) that bond money may pay: party, accounts, price and retention."""

    project = models.ForeignKey(FundedProject, models.PROTECT, related_name="contracts")
    cost_item = models.ForeignKey(CostItem, models.PROTECT, related_name="contracts")
    number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    party = models.ForeignKey("register.Organisation", models.PROTECT, related_name="+")
    payee_account = models.CharField(max_length=40)
    payee_bank = models.CharField(max_length=60)
    wage_account = models.CharField(max_length=40, blank=True)
    wage_bank = models.CharField(max_length=60, blank=True)
    price_fen = models.BigIntegerField()
    retention_permille = models.PositiveIntegerField(default=RETENTION_PERMILLE_MAX)
    # The supervising engineers' firm (监理).
    supervision = models.ForeignKey("register.Organisation", models.PROTECT, related_name="+")
    signed_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(name="contract_price_positive", condition=Q(price_fen__gt=0)),
            models.CheckConstraint(
                name="contract_retention_bounded",
                condition=Q(retention_permille__lte=RETENTION_PERMILLE_MAX),
            ),
            models.CheckConstraint(
                name="contract_runs_forward", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(name="contract_has_account", condition=~Q(payee_account="")),
            models.CheckConstraint(
                name="contract_parties_differ", condition=~Q(party=F("supervision"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Payment(models.Model):
    """A payment from bond money (用款), from application to the bank's answer."""

    class State(models.TextChoices):
        """Where the money of this request stands."""

        APPLIED = "applied", _("审批中")
        RESERVED = "reserved", _("已预留")
        POSTED = "posted", _("已支付待回单")
        PAID = "paid", _("支付完成")
        RETURNED = "returned", _("银行退汇")
        REFUSED = "refused", _("不予支付")
        DROPPED = "dropped", _("已终止")

    case = models.OneToOneField("cases.Case", models.PROTECT, related_name="+")
    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="payments")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="payments")
    cost_item = models.ForeignKey(CostItem, models.PROTECT, related_name="payments")
    payee = models.ForeignKey("register.Organisation", models.PROTECT, related_name="+")
    payee_account = models.CharField(max_length=40)
    to_wage_account = models.BooleanField(default=False)
    amount_fen = models.BigIntegerField()
    progress_permille = models.PositiveIntegerField()
    purpose = models.CharField(max_length=200)
    papers = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State.choices, default=State.APPLIED)
    # Opaque: what was odd when it was asked for, with the figures of that day.
    flags = models.JSONField(default=list)
    applied_on = models.DateField()
    reservation = models.OneToOneField(
        "ledger.Transfer", models.PROTECT, null=True, blank=True, related_name="+"
    )
    posting = models.OneToOneField(
        "ledger.Transfer", models.PROTECT, null=True, blank=True, related_name="+"
    )
    order_number = models.CharField(max_length=40, blank=True)
    paid_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    # The applicant's idempotency key: a form sent twice is one payment.
    request_key = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ("-applied_on", "-id")
        indexes = (
            models.Index(fields=("allocation", "state"), name="payment_by_allocation"),
            models.Index(fields=("contract", "state"), name="payment_by_contract"),
            models.Index(fields=("state", "applied_on"), name="payment_by_state"),
        )
        constraints = (
            models.CheckConstraint(name="payment_amount_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="payment_progress_bounded",
                condition=Q(progress_permille__gt=0, progress_permille__lte=PERMILLE),
            ),
            models.CheckConstraint(
                name="payment_reserved_has_transfer",
                condition=~Q(state__in=("reserved", "posted", "paid"))
                | Q(reservation__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_posted_has_transfer",
                condition=~Q(state__in=("posted", "paid")) | Q(posting__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_paid_has_a_day",
                condition=Q(state="paid", paid_on__isnull=False)
                | (~Q(state="paid") & Q(paid_on__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"payment {self.case_id}"


class Invoice(models.Model):
    """An invoice (发票) behind a payment; its number serves one live payment at a time."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="invoices")
    number = models.CharField(max_length=20)
    amount_fen = models.BigIntegerField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("payment", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("number",),
                name="invoice_used_once",
                condition=Q(released_at__isnull=True),
            ),
            models.CheckConstraint(name="invoice_amount_positive", condition=Q(amount_fen__gt=0)),
        )

    def __str__(self) -> str:
        return self.number


class Certificate(models.Model):
    """The supervisor's payment certificate (监理支付证书): cumulative progress of a contract."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="certificates")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="certificates")
    progress_permille = models.PositiveIntegerField()
    certified_on = models.DateField()
    certified_by = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)

    class Meta:
        ordering = ("contract", "certified_on", "id")
        constraints = (
            models.UniqueConstraint(fields=("contract", "number"), name="certificate_once"),
            models.CheckConstraint(
                name="certificate_progress_bounded",
                condition=Q(progress_permille__gt=0, progress_permille__lte=PERMILLE),
            ),
        )

    def __str__(self) -> str:
        return self.number


class BankReturn(models.Model):
    """Money the bank sent back (银行退汇) and the reversal that booked it."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="returns")
    returned_on = models.DateField()
    reason = models.CharField(max_length=200)
    reversal = models.OneToOneField("ledger.Transfer", models.PROTECT, related_name="+")

    class Meta:
        ordering = ("payment", "id")
        constraints = (
            models.CheckConstraint(name="bank_return_has_reason", condition=~Q(reason="")),
        )

    def __str__(self) -> str:
        return f"{self.payment_id} {self.returned_on}"


class NegativeTerm(models.Model):
    """A word of the negative list (负面清单), from a day on; data, so that the office may add."""

    group = models.CharField(max_length=20)
    word = models.CharField(max_length=30)
    is_use = models.BooleanField()
    basis = models.CharField(max_length=100)
    valid_from = models.DateField()

    class Meta:
        ordering = ("group", "word")
        constraints = (models.UniqueConstraint(fields=("word",), name="negative_term_once"),)

    def __str__(self) -> str:
        return self.word


class Screening(models.Model):
    """A hit of a project on the negative list (负面清单筛查), and a person's reasoned verdict."""

    project = models.ForeignKey(FundedProject, models.PROTECT, related_name="screenings")
    group = models.CharField(max_length=20)
    word = models.CharField(max_length=30)
    basis = models.CharField(max_length=100)
    screened_on = models.DateField()
    verdict = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in Verdict],
        default=Verdict.OPEN.value,
    )
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(
        "people.Identity", models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("project", "id")
        constraints = (
            models.UniqueConstraint(fields=("project", "word"), name="screening_once"),
            models.CheckConstraint(
                name="screening_verdict_has_reason",
                condition=Q(verdict="open", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    ~Q(verdict="open")
                    & ~Q(reason="")
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id} {self.word}"


class Office(models.Model):
    """Which department plays finance, leader and treasury in the zone's payments (岗位归口)."""

    party = models.CharField(max_length=20, unique=True)
    department = models.ForeignKey("people.Department", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.party
