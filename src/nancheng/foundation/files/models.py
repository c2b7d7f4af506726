"""Attachments of cases: what was handed in, kept by content, and who read it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _


class Attachment(models.Model):
    """An attachment (附件): one file under one name; equal contents are stored once.

    Without a case it is a draft that only its uploader sees. From ``frozen_at`` on it can be
    neither moved nor taken away.
    """

    class Kind(models.TextChoices):
        """What the content is, found by reading it."""

        PDF = "pdf", _("PDF 文档")
        PNG = "png", _("PNG 图片")
        JPEG = "jpeg", _("JPEG 图片")
        XLSX = "xlsx", _("Excel 表格")
        DOCX = "docx", _("Word 文档")
        CSV = "csv", _("CSV 表格")
        TXT = "txt", _("文本")

    case = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    purpose = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    uploaded_by = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    uploaded_label = models.CharField(max_length=200)
    uploaded_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True, blank=True)
    # Of photo evidence, as given with the picture: WGS 84 degrees, metres of accuracy.
    taken_at = models.DateTimeField(null=True, blank=True)
    longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=7, null=True, blank=True)
    accuracy_m = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(name="attachment_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="attachment_hash_whole", condition=Exact(Length("sha256"), 64)
            ),
            models.CheckConstraint(
                name="attachment_place_whole",
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__gte=-180,
                    longitude__lte=180,
                    latitude__gte=-90,
                    latitude__lte=90,
                ),
            ),
            models.CheckConstraint(
                name="attachment_frozen_in_a_case",
                condition=Q(frozen_at__isnull=True) | Q(case__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Download(models.Model):
    """A download (下载记录): who read which attachment, and when."""

    attachment = models.ForeignKey(Attachment, models.CASCADE, related_name="downloads")
    identity = models.ForeignKey("people.Identity", models.PROTECT, related_name="+")
    by_label = models.CharField(max_length=200)
    downloaded_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        ordering = ("-downloaded_at", "-id")

    def __str__(self) -> str:
        return f"{self.by_label} {self.downloaded_at:%Y-%m-%d %H:%M}"
