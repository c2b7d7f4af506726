"""Forms of the administrators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator, URLValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.administration import words
from nancheng.foundation.messages import queries
from nancheng.foundation.messages.models import Endpoint

KEY_MAX = 60


def reason_field() -> forms.CharField:
    """Return the field that asks why."""
    return forms.CharField(
        label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


def key_field() -> forms.CharField:
    """Return the hidden field that makes sending a form twice the same as once."""
    return forms.CharField(max_length=KEY_MAX, widget=forms.HiddenInput)


class NewAccount(forms.Form):
    """Who gets an account."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=40,
        validators=[
            RegexValidator(r"^[a-z][a-z0-9.-]{1,39}$", _("小写字母开头，可含数字、点和横线。"))
        ],
    )
    name = forms.CharField(label=_("姓名"), max_length=60)
    email = forms.EmailField(label=_("电子邮件"), required=False)


class Appoint(forms.Form):
    """Which post, from when, and why."""

    post = forms.TypedChoiceField(label=_("岗位"), coerce=int)
    active_from = forms.DateField(
        label=_("开始日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = reason_field()
    key = key_field()

    def __init__(self, *args: Any, posts: Sequence[tuple[Any, Any]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["post"].choices = [("", _("请选择")), *posts]  # type: ignore[attr-defined]


class Why(forms.Form):
    """Why something is done."""

    reason = reason_field()
    key = key_field()


class Leave(forms.Form):
    """From which day a person is here no more, and why."""

    leaves_on = forms.DateField(
        label=_("离岗日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("自该日起不再在岗。"),
    )
    reason = reason_field()
    key = key_field()


class Grants(forms.Form):
    """The scopes of each verb of a duty."""

    def __init__(
        self, *args: Any, verbs: Sequence[str], granted: Mapping[str, str], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.verbs = verbs
        for verb in verbs:
            self.fields[verb] = forms.MultipleChoiceField(
                label=str(words.verb(verb)),
                help_text=verb,
                required=False,
                choices=[(scope.value, label) for scope, label in _scopes()],
                initial=granted.get(verb, "").split(),
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields["reason"] = reason_field()
        self.fields["key"] = key_field()

    def grants(self) -> dict[str, str]:
        """Return what was chosen: verb → scopes separated by spaces."""
        chosen = {verb: " ".join(sorted(self.cleaned_data[verb])) for verb in self.verbs}
        return {verb: scopes for verb, scopes in chosen.items() if scopes}


def _scopes() -> list[tuple[Any, Any]]:
    return list(words.SCOPES.items())


class EndpointForm(forms.Form):
    """Which other system is told about what, and why; the name of a known one stays."""

    name = forms.CharField(label=_("系统名称"), max_length=60)
    url = forms.URLField(
        label=_("地址"),
        max_length=400,
        assume_scheme="https",
        validators=[URLValidator(schemes=("http", "https"))],
        help_text=_("以 http:// 或 https:// 开头；事件按 CloudEvents 1.0 推送。"),
    )
    code_prefix = forms.ChoiceField(
        label=_("推送内容"), required=False, choices=list(words.TOLD.items())
    )
    is_active = forms.BooleanField(label=_("启用"), required=False, initial=True)
    reason = reason_field()
    key = key_field()

    def __init__(self, *args: Any, entry: Endpoint | None, **more: Any) -> None:
        if entry is not None:
            same = ("name", "url", "code_prefix", "is_active")
            more["initial"] = {**more["initial"], **{each: getattr(entry, each) for each in same}}
        super().__init__(*args, **more)
        self.fields["name"].disabled = entry is not None
        self.entry = entry

    def clean_name(self) -> str:
        """Refuse a name that another endpoint has."""
        name: str = self.cleaned_data["name"]
        if "/" in name:
            raise forms.ValidationError(gettext("名称不能含有“/”。"))
        if self.entry is None and queries.endpoints().filter(name=name).exists():
            raise forms.ValidationError(gettext("已有同名的推送地址。"))
        return name

    def figures(self) -> dict[str, Any]:
        """Return what is asked."""
        given = self.cleaned_data
        return {each: given[each] for each in ("name", "url", "code_prefix", "is_active")}
