"""The form of archiving."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import forms as cases
from nancheng.foundation.cases.models import Archive


class Seal(forms.Form):
    """For how long, and a remark."""

    retention = forms.ChoiceField(label=_("保管期限"), choices=Archive.Retention.choices)
    note = cases.long_text(_("归档说明"), required=False)
    key = cases.key_field()
