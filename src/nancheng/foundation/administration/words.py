"""Words of the administrators' pages."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.people.rules import Scope
from nancheng.foundation.web import wording

KINDS: Mapping[str, str | Promise] = {
    "signed-in": _("登录成功"),
    "sign-in-failed": _("登录失败"),
    "locked-out": _("登录锁定"),
    "signed-out": _("退出登录"),
    "password-changed": _("修改密码"),
    "password-reset": _("重置密码"),
    "account-made": _("新建账号"),
    "account-closed": _("停用账号"),
    "account-opened": _("启用账号"),
    "appointed": _("任命岗位"),
    "dismissed": _("免去岗位"),
    "grants-changed": _("变更授权"),
    "exported": _("导出数据"),
}
SCOPES: Mapping[str, str | Promise] = {
    Scope.OWN: _("本人"),
    Scope.DEPARTMENT: _("本部门"),
    Scope.BELOW: _("本部门及下级"),
    Scope.PARTY: _("牵头或参与"),
    Scope.ZONE: _("全区"),
}


def scopes(text: str) -> str:
    """Return scopes separated by spaces in words."""
    return wording.listed(SCOPES[Scope(each)] for each in text.split())
