"""Upload fields: every file is checked by its content, and each fault names its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from nancheng.foundation.files import contents, rules
from nancheng.foundation.web import refusals
from nancheng.kernel.refusal import Refused

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    Upload: TypeAlias = UploadedFile[Any]

FILES_MAX = 10
PICTURES = ("png", "jpeg")


class Uploads(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class UploadsField(forms.FileField):
    """Several uploads, each checked by content and size; cleans to a list of uploads.

    ``good`` holds those without a fault even when others have one, so that a view can keep them
    as drafts (``actions.keep``) and the person need not choose them again.
    """

    widget = Uploads

    def __init__(self, *, most: int = FILES_MAX, pictures: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most
        self.pictures = pictures
        self.good: list[Upload] = []
        endings = [
            e for kind in (PICTURES if pictures else rules.ENDINGS) for e in rules.ENDINGS[kind]
        ]
        self.widget.attrs["accept"] = ",".join(endings)

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """Return the uploads. Raises ``ValidationError`` listing every fault with its file."""
        uploads = [each for each in data or () if each] if isinstance(data, list) else []
        if not isinstance(data, list) and data:
            uploads = [data]
        if not uploads and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(uploads) > self.most:
            raise ValidationError(refusals.text(Refused("files.too-many", most=self.most)))
        self.good, faults = [], []
        for upload in uploads:
            fault = self._fault(upload)
            if fault is None:
                self.good.append(upload)
            else:
                faults.append(_said(upload, fault))
        if faults:
            raise ValidationError(faults)
        return self.good

    def _fault(self, upload: Upload) -> Refused | None:
        try:
            if (upload.size or 0) > settings.FILE_SIZE_MAX:
                raise Refused("files.too-large", most_mb=settings.FILE_SIZE_MAX >> 20)
            kind = contents.recognise(upload, name=upload.name or "")  # type: ignore[arg-type]
            if self.pictures and kind not in PICTURES:
                raise Refused("files.not-a-picture")
        except Refused as refused:
            return refused
        return None


def _said(upload: Upload, refused: Refused) -> ValidationError:
    named = {"name": (upload.name or "")[:60], "fault": refusals.text(refused)}
    return ValidationError(_("“%(name)s”：%(fault)s") % named, code=refused.code)
