"""Papers in a form that may fail: good uploads are kept as drafts, so nothing is chosen twice."""

from __future__ import annotations

from typing import BinaryIO, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nancheng.foundation.files import actions, queries
from nancheng.foundation.files.forms import UploadsField
from nancheng.foundation.files.models import Attachment
from nancheng.foundation.people.middleware import IdentifiedRequest

DRAFTS_MAX = 40


class Papers(forms.Form):
    """Uploads, and the ids of those kept from an earlier try."""

    papers = UploadsField(label=gettext_lazy("附件"), required=False)
    drafts = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)


def keep(request: IdentifiedRequest, form: Papers, *, purpose: str) -> list[Attachment]:
    """Keep the good uploads of a bound form as drafts; the form remembers and names them."""
    form.full_clean()
    field = cast("UploadsField", form.fields["papers"])
    typed = str(form.data.get("drafts", "")).split(",")
    ids = [int(one) for one in typed if one.isascii() and one.isdigit()][:DRAFTS_MAX]
    kept = [one for one in queries.drafts(ids, request.identity) if one.purpose == purpose]
    for upload in field.good:
        kept.append(
            actions.keep(
                cast("BinaryIO", upload),
                name=upload.name or "",
                by=request.identity,
                at=timezone.now(),
                purpose=purpose,
            )
        )
    data = cast("QueryDict", form.data).copy()
    data["drafts"] = ",".join(str(one.pk) for one in kept)
    form.data = data
    if kept:
        names = "、".join(one.name for one in kept)
        form["papers"].help_text = _("已保留：%(names)s") % {"names": names}
    return kept
