"""Forms of circulation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import forms as cases
from nancheng.foundation.people.directory import Receiver


class Send(forms.Form):
    """To whom, with which words."""

    receivers = cases.ReceiversField(label=_("传阅对象"))
    words = cases.long_text(_("传阅说明"), required=False)
    key = cases.key_field()

    def __init__(self, *args: Any, known: Sequence[Receiver], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["receivers"]
        assert isinstance(field, cases.ReceiversField)
        field.offer(known)


class Note(forms.Form):
    """What a reader notes."""

    text = cases.long_text(_("阅后留言"))
    key = cases.key_field()
