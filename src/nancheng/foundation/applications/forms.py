"""Forms of applications: who they are, and what a token passes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.applications import rules
from nancheng.foundation.applications.rules import Narrowing

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Choices = Sequence[tuple[str, "StrOrPromise"]]
READ, WRITE = "read", "write"


class Register(forms.Form):
    """What an application is, who answers for it, and at which post it acts."""

    code = forms.CharField(
        label=_("应用代码"), max_length=30, help_text=_("小写字母、数字和连字符，登记后不再更改。")
    )
    name = forms.CharField(label=_("应用名称"), max_length=100)
    purpose = forms.CharField(
        label=_("用途"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    contact = forms.CharField(label=_("联系人及电话"), max_length=100)
    post = forms.ChoiceField(
        label=_("岗位"), help_text=_("应用以此岗位的技术账号办理，权限不会超出该岗位。")
    )

    def __init__(self, *args: Any, posts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = posts  # type: ignore[attr-defined]


class Issue(forms.Form):
    """What a token passes on of its identity's rights, and for how long."""

    label = forms.CharField(label=_("令牌用途"), max_length=60)
    mode = forms.ChoiceField(
        label=_("读写"), choices=[(READ, _("只读")), (WRITE, _("可读写"))], initial=READ
    )
    days = forms.IntegerField(
        label=_("有效天数"), min_value=1, max_value=rules.LIFE_DAYS_MAX, initial=90
    )
    verbs = forms.MultipleChoiceField(
        label=_("权限"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("令牌只能收窄岗位的权限，不能扩大。"),
    )
    kinds = forms.MultipleChoiceField(
        label=_("事项种类"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选即不限种类。"),
    )

    reason = forms.CharField(
        label=_("申请理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    key = forms.CharField(max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, verbs: Choices, kinds: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verbs"].choices = verbs  # type: ignore[attr-defined]
        self.fields["kinds"].choices = kinds  # type: ignore[attr-defined]

    def narrowing(self) -> Narrowing:
        """Return what was chosen, as the rules take it."""
        given = self.cleaned_data
        return Narrowing(
            verbs=frozenset(given["verbs"]),
            kinds=frozenset(given["kinds"]),
            is_read_only=given["mode"] == READ,
        )
