"""Forms of the second factor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_ONCE = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


class Code(forms.Form):
    """A code of the device, or one of the recovery codes."""

    code = forms.CharField(
        label=_("动态验证码"),
        max_length=40,
        help_text=_("身份验证器上的 6 位数字；手机不在身边时，可输入一个恢复码。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


class Enrol(forms.Form):
    """What proves the person (the password, or a code of the former device), and the new code."""

    password = forms.CharField(
        label=_("登录密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    current = forms.CharField(
        label=_("原设备的验证码或恢复码"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=_("新设备上的 6 位验证码"),
        max_length=20,
        widget=forms.TextInput(attrs=_ONCE),
    )

    def __init__(self, *args: Any, has_factor: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        del self.fields["password" if has_factor else "current"]
        self.fields["code"].error_messages["required"] = str(_("请输入新设备上显示的验证码。"))
