"""Forms of the verbs; a task's own form comes from its line of business."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import receivers
from nancheng.foundation.people.directory import Receiver

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KEY_MAX = 60


def new_key() -> str:
    """Return a fresh idempotency key for a form that is about to be shown."""
    return uuid.uuid4().hex


def key_field() -> forms.CharField:
    """Return the hidden field that makes sending a form twice the same as once."""
    return forms.CharField(max_length=KEY_MAX, widget=forms.HiddenInput, initial=new_key)


def long_text(label: StrOrPromise, *, required: bool = True) -> forms.CharField:
    """Return a field for a reason or an opinion."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReceiversField(forms.MultipleChoiceField):
    """Departments, posts and persons to choose among; cleans to receivers."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known: dict[str, Receiver] = {}

    def offer(self, known: Sequence[Receiver]) -> None:
        """Say who may be chosen."""
        self.known = {one.value: one for one in known}
        self.choices = receivers.grouped(known)

    def clean(self, value: Any) -> Any:
        """Return the receivers, at most so many."""
        chosen = list(dict.fromkeys(super().clean(value)))
        if len(chosen) > receivers.RECEIVERS_MAX:
            raise ValidationError(
                _now("一次最多选择 %(most)s 个。") % {"most": receivers.RECEIVERS_MAX}
            )
        return [self.known[one] for one in chosen]


class Opinion(forms.Form):
    """Agree or refuse, with an opinion; refusing needs one."""

    decision = forms.ChoiceField(
        label=_("办理意见"),
        choices=[("agree", _("同意")), ("refuse", _("不同意"))],
    )
    opinion = long_text(_("意见说明"), required=False)
    key = key_field()

    def clean(self) -> dict[str, object]:
        """Ask for the reason of a no."""
        given = super().clean() or {}
        if given.get("decision") == "refuse" and not given.get("opinion"):
            self.add_error("opinion", _("不同意时请写明理由。"))
        return given


class Bare(forms.Form):
    """A verb that asks nothing."""

    key = key_field()


class Reason(forms.Form):
    """A verb that asks why."""

    reason = long_text(_("理由"))
    key = key_field()


class Correction(forms.Form):
    """What the papers lack: everything at once."""

    reason = long_text(_("需补正的全部内容（一次告知）"))
    key = key_field()


class SendBack(forms.Form):
    """To which step, and why."""

    target = forms.ChoiceField(label=_("退回到"))
    reason = long_text(_("退回理由"))
    key = key_field()

    def __init__(self, *args: object, choices: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["target"].choices = choices  # type: ignore[attr-defined]


class Transfer(forms.Form):
    """To whom, and why."""

    to_identity = forms.TypedChoiceField(label=_("转办给"), coerce=int)
    reason = long_text(_("转办理由"))
    key = key_field()

    def __init__(self, *args: object, choices: list[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["to_identity"].choices = choices  # type: ignore[attr-defined]


class Remind(forms.Form):
    """What to say when reminding."""

    reason = forms.CharField(
        label=_("催办内容"),
        max_length=300,
        initial=_("请抓紧办理。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    key = key_field()


class Extend(forms.Form):
    """How much longer, in the unit of the limit, and why."""

    days = forms.IntegerField(label=_("延长天数"), min_value=1, max_value=365)
    reason = long_text(_("延期理由"))
    key = key_field()
