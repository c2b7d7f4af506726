"""The master records that every line of business shares: one number per thing."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.register.rules import Stage

STAGE_LABELS = {
    Stage.RESERVE: _("储备"),
    Stage.SHORTLISTED: _("备选"),
    Stage.APPLYING: _("申报中"),
    Stage.LISTED: _("已入执行库"),
    Stage.ISSUED: _("已发行"),
    Stage.ARRIVED: _("已到账"),
    Stage.BUILDING: _("建设中"),
    Stage.COMPLETED: _("已竣工"),
    Stage.OPERATING: _("运营"),
    Stage.REPAID: _("已还清"),
    Stage.WITHDRAWN: _("退库"),
    Stage.DEFERRED: _("暂缓"),
    Stage.HALTED: _("停工"),
    Stage.MOVED_OUT: _("调出"),
    Stage.MOVED_IN: _("调入"),
    Stage.TERMINATED: _("终止"),
}
STAGES = [(stage.value, label) for stage, label in STAGE_LABELS.items()]


class Sequence(models.Model):
    """A sequence (编号序列): the last number given under a prefix."""

    prefix = models.CharField(max_length=20, unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("prefix",)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last:04d}"


class Organisation(models.Model):
    """An organisation (单位), known by its unified social credit code."""

    class Kind(models.TextChoices):
        """What sort of body it is."""

        ENTERPRISE = "enterprise", _("企业")
        PLATFORM = "platform", _("国资平台公司")
        ORGAN = "organ", _("机关")
        INSTITUTION = "institution", _("事业单位")
        CONTRACTOR = "contractor", _("施工单位")
        SUPERVISOR = "supervisor", _("监理单位")
        OTHER = "other", _("其他")

    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    region = models.CharField(max_length=6, blank=True)
    address = models.CharField(max_length=200, blank=True)
    contact_name = models.CharField(max_length=60, blank=True)
    contact_phone = models.CharField(max_length=30, blank=True)
    # The desk of its people on this platform, where it has one.
    department = models.OneToOneField(
        "people.Department", models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_demonstration = models.BooleanField(default=False)
    registered_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("uscc",)
        constraints = (
            models.CheckConstraint(
                name="organisation_code_whole",
                condition=Exact(Length("uscc"), 18),
            ),
            models.CheckConstraint(name="organisation_named", condition=~Q(name="")),
        )
        indexes = (models.Index(fields=("name",), name="organisation_by_name"),)

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """A place (场所): a park, a parcel or a street, drawn on the map."""

    class Kind(models.TextChoices):
        """What sort of place it is."""

        PARK = "park", _("园区")
        PARCEL = "parcel", _("地块")
        STREET = "street", _("街道")

    code = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    # RFC 7946 geometry as text, in the form that geometry.outline writes; never queried inside.
    geojson = models.TextField(blank=True)
    area_m2 = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    built_area_m2 = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    planned_investment_fen = models.BigIntegerField(null=True, blank=True)
    is_demonstration = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(name="place_not_in_itself", condition=~Q(parent=F("pk"))),
            models.CheckConstraint(
                name="place_area_not_negative",
                condition=Q(area_m2__isnull=True) | Q(area_m2__gte=0),
            ),
            models.CheckConstraint(
                name="place_built_within_area",
                condition=Q(built_area_m2__isnull=True)
                | Q(area_m2__isnull=True)
                | Q(built_area_m2__gte=0, built_area_m2__lte=F("area_m2")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """A project (项目): the one master record that all departments share."""

    class Field(models.TextChoices):
        """Where the investment goes (投向领域); the list stays open."""

        TRANSPORT = "transport", _("交通基础设施")
        ENERGY = "energy", _("能源")
        WATER = "water", _("农林水利")
        ECOLOGY = "ecology", _("生态环保")
        SOCIAL = "social", _("社会事业")
        HEALTH = "health", _("卫生健康")
        LOGISTICS = "logistics", _("城乡冷链和仓储物流")
        MUNICIPAL = "municipal", _("市政和产业园区基础设施")
        PARKING = "parking", _("停车设施")
        STRATEGY = "strategy", _("国家重大战略项目")
        HOUSING = "housing", _("保障性安居工程")
        NEW_ENERGY = "new-energy", _("新能源")
        DIGITAL = "digital", _("新型基础设施")
        INDUSTRY = "industry", _("产业项目")

    number = models.CharField(max_length=20, unique=True)
    approval_code = models.CharField(max_length=24, unique=True, null=True, blank=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True)
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="projects")
    supervising_department = models.ForeignKey(
        "people.Department", models.PROTECT, related_name="+"
    )
    field = models.CharField(max_length=20, choices=Field.choices)
    content = models.TextField(max_length=1000, blank=True)
    site = models.CharField(max_length=200, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="projects")
    total_investment_fen = models.BigIntegerField()
    planned_start_on = models.DateField(null=True, blank=True)
    planned_finish_on = models.DateField(null=True, blank=True)
    actual_start_on = models.DateField(null=True, blank=True)
    actual_finish_on = models.DateField(null=True, blank=True)
    stage = models.CharField(max_length=12, choices=STAGES, default=Stage.RESERVE.value)
    is_demonstration = models.BooleanField(default=False)
    registered_at = models.DateTimeField()
    # Of the form that registered it: the same form sent twice is one project.
    request_key = models.CharField(max_length=64, unique=True, null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(
                name="project_investment_positive", condition=Q(total_investment_fen__gt=0)
            ),
            models.CheckConstraint(name="project_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="project_code_or_none",
                condition=Q(approval_code__isnull=True) | ~Q(approval_code=""),
            ),
            models.CheckConstraint(
                name="project_plan_runs_forward",
                condition=Q(planned_start_on__isnull=True)
                | Q(planned_finish_on__isnull=True)
                | Q(planned_finish_on__gte=F("planned_start_on")),
            ),
            models.CheckConstraint(
                name="project_work_runs_forward",
                condition=Q(actual_start_on__isnull=True)
                | Q(actual_finish_on__isnull=True)
                | Q(actual_finish_on__gte=F("actual_start_on")),
            ),
            models.CheckConstraint(
                name="project_stage_known",
                condition=Q(stage__in=[stage.value for stage in Stage]),
            ),
        )
        indexes = (
            models.Index(fields=("stage", "number"), name="project_by_stage"),
            models.Index(fields=("supervising_department", "number"), name="project_by_department"),
            models.Index(fields=("name",), name="project_by_name"),
        )

    def __str__(self) -> str:
        return self.name


class ProjectStage(models.Model):
    """A stage a project entered (项目阶段): one line of its way, never changed."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="stages")
    position = models.PositiveIntegerField()
    stage = models.CharField(max_length=12, choices=STAGES)
    entered_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    identity = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    by_label = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("project", "position")
        constraints = (
            models.UniqueConstraint(fields=("project", "position"), name="project_stage_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.project_id} {self.position} {self.stage}"


class Milestone(models.Model):
    """A milestone (节点) of a project: planned, expected, done."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="milestones")
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    position = models.PositiveIntegerField()
    planned_on = models.DateField(null=True, blank=True)
    forecast_on = models.DateField(null=True, blank=True)
    actual_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("project", "position")
        constraints = (models.UniqueConstraint(fields=("project", "code"), name="milestone_once"),)

    def __str__(self) -> str:
        return self.name


class Change(models.Model):
    """A change (变更记录) of one register entry: who, when, what was before and after.

    ``facts`` is an object of field → [before, after], both as text.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="changes"
    )
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="changes"
    )
    place = models.ForeignKey(Place, models.CASCADE, null=True, blank=True, related_name="changes")
    version = models.PositiveIntegerField()
    facts = models.JSONField()
    identity = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    by_label = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("-recorded_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="change_of_exactly_one",
                condition=Q(organisation__isnull=False, project__isnull=True, place__isnull=True)
                | Q(organisation__isnull=True, project__isnull=False, place__isnull=True)
                | Q(organisation__isnull=True, project__isnull=True, place__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.by_label} {self.recorded_at:%Y-%m-%d}"
