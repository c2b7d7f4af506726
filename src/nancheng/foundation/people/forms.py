"""Forms of people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.people.models import Person

Choices = Sequence[tuple[Any, Any]]


class SignIn(forms.Form):
    """Sign-in name and password."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=40,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.request = request
        self.person: Person | None = None

    def clean(self) -> dict[str, object]:
        """Check the pair; which of the two was wrong is not told."""
        given = super().clean() or {}
        if not self.errors:
            found = authenticate(
                self.request, username=given["username"], password=given["password"]
            )
            if not isinstance(found, Person):
                raise forms.ValidationError(_("用户名或密码不正确。"), code="sign-in")
            self.person = found
        return given


class ChangePassword(forms.Form):
    """The old password, and the new one twice."""

    old = forms.CharField(
        label=_("原密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("新密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再次输入新密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, object]:
        """Check that the new password was typed the same twice."""
        given = super().clean() or {}
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", _("两次输入的新密码不一致。"))
        return given


class DelegationForm(forms.Form):
    """Who stands in for whom, from when until when, for what, and why."""

    principal = forms.TypedChoiceField(label=_("被代理人"), coerce=int)
    deputy = forms.TypedChoiceField(label=_("代理人"), coerce=int)
    first_on = forms.DateField(
        label=_("开始日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_on = forms.DateField(
        label=_("结束日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    kinds = forms.MultipleChoiceField(
        label=_("授权事项"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选则授权全部事项。"),
    )
    reason = forms.CharField(
        label=_("事由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        *args: object,
        principals: Choices,
        deputies: Choices,
        kinds: Choices,
        **more: object,
    ) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        offered = {
            "principal": principals,
            "deputy": [("", _("请选择")), *deputies],
            "kinds": kinds,
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        # Chosen before, because it decides who may be the deputy.
        self.fields["principal"].widget = forms.HiddenInput()
