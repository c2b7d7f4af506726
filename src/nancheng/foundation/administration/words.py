"""Words of the administrators' pages."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.messages.models import Endpoint
from nancheng.foundation.messages.rules import State
from nancheng.foundation.people.rules import Scope
from nancheng.foundation.web import wording

KINDS: Mapping[str, str | Promise] = {
    "signed-in": _("登录成功"),
    "sign-in-failed": _("登录失败"),
    "locked-out": _("登录锁定"),
    "signed-out": _("退出登录"),
    "password-changed": _("修改密码"),
    "password-reset": _("重置密码"),
    "factor-enrolled": _("启用二次验证"),
    "factor-failed": _("二次验证失败"),
    "factor-removed": _("解除二次验证"),
    "recovery-used": _("使用恢复码"),
    "recovery-renewed": _("重新生成恢复码"),
    "personal-data-released": _("同意导出个人信息"),
    "personal-data-taken": _("下载个人信息"),
    "account-made": _("新建账号"),
    "account-closed": _("停用账号"),
    "account-opened": _("启用账号"),
    "appointed": _("任命岗位"),
    "dismissed": _("免去岗位"),
    "left": _("办理离岗"),
    "personal-data-erased": _("清除个人信息"),
    "grants-changed": _("变更授权"),
    "application-registered": _("登记接口应用"),
    "application-closed": _("停用接口应用"),
    "token-issued": _("签发访问令牌"),
    "token-revoked": _("收回访问令牌"),
    "hands-asked": _("提出复核申请"),
    "hands-confirmed": _("复核通过"),
    "hands-refused": _("复核不通过"),
    "hands-withdrawn": _("撤回复核申请"),
    "hands-lapsed": _("复核申请失效"),
    "exported": _("导出数据"),
    "mail-chosen": _("变更邮件通知"),
    "outbox-retried": _("重发消息"),
    "endpoint-set": _("变更推送地址"),
    "endpoint-secret": _("更换推送密钥"),
}
SCOPES: Mapping[str, str | Promise] = {
    Scope.OWN: _("本人"),
    Scope.DEPARTMENT: _("本部门"),
    Scope.BELOW: _("本部门及下级"),
    Scope.PARTY: _("牵头或参与"),
    Scope.ZONE: _("全区"),
}

# How a message stands, and the colour of its badge.
MESSAGES: Mapping[State, tuple[str | Promise, str]] = {
    State.WAITING: (_("待发送"), "blue"),
    State.AGAIN: (_("待重试"), "yellow"),
    State.SENT: (_("已发送"), "green"),
    State.DEAD: (_("发送失败"), "red"),
}
# What an endpoint may be told about: the beginning of codes, as the wiring's apps name them.
TOLD: Mapping[str, str | Promise] = {
    "": _("全部通知"),
    "cases.": _("办件通知"),
    "confirmations.": _("复核通知"),
}


def told(endpoint: Endpoint) -> str:
    """Return what an endpoint is told about, in words."""
    return str(TOLD.get(endpoint.code_prefix, endpoint.code_prefix))


def scopes(text: str) -> str:
    """Return scopes separated by spaces in words."""
    return wording.listed(SCOPES[Scope(each)] for each in text.split())


def exported(key: str) -> str | Promise:
    """Return what a list is called that was taken out, by its key."""
    named: Mapping[str, str | Promise] = import_string(settings.LIST_WORDS)
    return named.get(key, key)


def verb(code: str) -> str | Promise:
    """Return what a verb is called; one that nobody named shows its code."""
    named: Mapping[str, str | Promise] = import_string(settings.VERB_WORDS)
    return named.get(code, code)
