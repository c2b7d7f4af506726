"""Who works in the zone: departments, duties, posts, persons, identities and grants."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.people.rules import Scope


class Department(models.Model):
    """A department (部门) of the zone, or a unit that deals with it."""

    class Kind(models.TextChoices):
        """What sort of body it is."""

        ORGAN = "organ", _("管委会部门")
        UNIT = "unit", _("项目单位")
        ENTERPRISE = "enterprise", _("企业")
        EXTERNAL = "external", _("第三方机构")

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.ORGAN)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    # "/zone/finance/": ends with a slash, so that "/zone/fin" never matches "/zone/finance/".
    path = models.CharField(max_length=200, unique=True)

    class Meta:
        ordering = ("path",)
        constraints = (
            models.CheckConstraint(
                name="department_path_is_closed",
                condition=Q(path__startswith="/") & Q(path__endswith="/"),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Duty(models.Model):
    """A duty (职责): what a lane of a drawing asks for, and what grants are given to."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A post (岗位): a duty in a department."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="posts")
    duty = models.ForeignKey(Duty, models.PROTECT, related_name="posts")
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200)

    class Meta:
        ordering = ("department__path", "duty__code")
        constraints = (
            models.UniqueConstraint(fields=("department", "duty"), name="post_once_a_department"),
        )

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    """Looks persons up by their sign-in name."""


class Person(AbstractBaseUser):
    """A person (人员) who can sign in."""

    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="zh-hans")
    password_changed_at = models.DateTimeField(null=True, blank=True)
    # A password that somebody else gave: nothing is opened before it was changed.
    must_change = models.BooleanField(default=False)
    # Since when the present second factor is set up; NULL without one.
    second_factor_at = models.DateTimeField(null=True, blank=True)
    # The first day on which the person is here no more: ``leaving``.
    leaves_on = models.DateField(null=True, blank=True)
    # Since when a pseudonym stands in the place of the person's data.
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ("username",)
        constraints = (
            models.CheckConstraint(
                name="person_erased_after_leaving",
                condition=Q(erased_at__isnull=True) | Q(leaves_on__isnull=False, is_active=False),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what sessions are held against: they end with the password or the factor."""
        # Django's own hook for this (its stubs leave it out).
        of_password: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        if self.second_factor_at is None:
            return of_password
        since = f"{of_password} {self.second_factor_at.timestamp()}"
        signed = salted_hmac("nancheng.second-factor", since, secret=secret, algorithm="sha256")
        return signed.hexdigest()


class FormerPassword(models.Model):
    """A hash of a password (曾用密码) that its person may not use again for a while."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField()

    class Meta:
        ordering = ("-replaced_at", "-id")

    def __str__(self) -> str:
        return f"{self.person_id}: {self.replaced_at}"


class SecondFactor(models.Model):
    """The device whose codes a person gives after the password (二次验证设备)."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="second_factor")
    # Sealed with a key of this installation: ``factors.sealing``.
    secret = models.CharField(max_length=200)
    set_up_at = models.DateTimeField()
    # The last time step whose code was taken: none opens twice.
    last_step = models.PositiveBigIntegerField()
    # Codes tried since one was right, and when the last was: ``factors.rules.TRIES_MAX``.
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id}: {self.set_up_at}"


class RecoveryCode(models.Model):
    """A code on paper (恢复码) that stands in for the device once; kept as a hash."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("person", "id")
        constraints = (
            models.UniqueConstraint(fields=("person", "hash"), name="recovery_code_once"),
        )

    def __str__(self) -> str:
        return f"{self.person_id}: {self.used_at or ''}"


class Identity(models.Model):
    """An identity (身份): a person at a post, from one day until another."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="identities")
    post = models.ForeignKey(Post, models.PROTECT, related_name="identities")
    active_from = models.DateField()
    active_to = models.DateField(null=True, blank=True)
    is_primary = models.BooleanField(default=False)

    class Meta:
        ordering = ("-is_primary", "id")
        constraints = (
            models.UniqueConstraint(fields=("person", "post"), name="identity_once"),
            models.CheckConstraint(
                name="identity_period_runs_forward",
                condition=Q(active_to__isnull=True) | Q(active_to__gt=F("active_from")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} · {self.post}"


class Grant(models.Model):
    """A grant (授权项): a duty may use a verb within a scope."""

    duty = models.ForeignKey(Duty, models.CASCADE, related_name="grants")
    verb = models.CharField(max_length=60)
    scope = models.CharField(max_length=12, choices=[(scope.value, scope.value) for scope in Scope])

    class Meta:
        ordering = ("duty__code", "verb")
        constraints = (
            models.UniqueConstraint(fields=("duty", "verb", "scope"), name="grant_once"),
        )

    def __str__(self) -> str:
        return f"{self.duty}: {self.verb} ({self.scope})"


class Absence(models.Model):
    """A delegation while absent (授权代理): an identity's work goes to a deputy for some days."""

    principal = models.ForeignKey(Identity, models.PROTECT, related_name="absences")
    deputy = models.ForeignKey(Identity, models.PROTECT, related_name="deputyships")
    active_from = models.DateField()
    active_to = models.DateField()  # the first day on which it is over
    # Kinds of cases separated by spaces; "" delegates the whole identity.
    kinds = models.CharField(max_length=400, blank=True)
    reason = models.CharField(max_length=500)
    set_by = models.ForeignKey(Identity, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Identity, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-active_from", "-id")
        constraints = (
            models.CheckConstraint(
                name="absence_needs_another",
                condition=~Q(principal=F("deputy")),
            ),
            models.CheckConstraint(
                name="absence_runs_forward",
                condition=Q(active_to__gt=F("active_from")),
            ),
            models.CheckConstraint(
                name="absence_ended_by_somebody",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        )
        indexes = (
            models.Index(
                fields=("deputy", "active_to"),
                name="absence_of_deputy",
                condition=Q(ended_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.principal} → {self.deputy}"
