"""What each verb that can be granted is called, for the page of duties and their grants."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: Mapping[str, str | Promise] = {
    "case.view": _("查阅办件"),
    "case.open": _("发起办件"),
    "case.remind": _("催办"),
    "case.extend": _("申请延期"),
    "case.extend-confirm": _("复核延期"),
    "case.suspend": _("中止与恢复办件"),
    "case.terminate": _("办件终止"),
    "case.ask": _("征求意见"),
    "case.circulate": _("传阅"),
    "case.supervise": _("发督办单"),
    "case.escalation": _("接收督办升级"),
    "case.archive": _("归档"),
    "case.reopen.ask": _("申请重开办件"),
    "case.reopen": _("复核重开办件"),
    "case.retry": _("处理异常办件"),
    "case.deliver": _("指定无法送达的消息"),
    "case.correct": _("申请更正变量"),
    "case.correct-confirm": _("复核更正变量"),
    "process.publish": _("发布流程图与迁移办件"),
    "calendar.load": _("提交节假日安排"),
    "calendar.confirm": _("复核节假日安排"),
    "people.absence.set": _("设置授权代理"),
    "cockpit.view": _("查看驾驶舱"),
    "concerns.concern.view": _("查看协调事项"),
    "concerns.concern.open": _("提请综合协调"),
    "funds.bond.view": _("查看债券台账"),
    "funds.bond.edit": _("维护债券台账"),
    "funds.project.view": _("查看项目资金"),
    "funds.ledger.view": _("查看资金流水"),
    "funds.payment.view": _("查看资金拨付"),
    "funds.payment.apply": _("提出用款申请"),
    "funds.screening.decide": _("决定疑点"),
    "register.project.view": _("查看项目库"),
    "register.project.edit": _("维护项目库"),
    "register.organisation.view": _("查看单位名录"),
    "register.organisation.edit": _("维护单位名录"),
    "register.place.view": _("查看场所台账"),
    "register.place.edit": _("维护场所台账"),
    "audit.view": _("查看审计核验"),
    "system.audit": _("查看操作日志"),
    "system.accounts": _("管理账号"),
    "system.accounts.confirm": _("复核账号变更"),
    "system.grants": _("管理授权"),
    "system.grants.confirm": _("复核授权变更"),
    "system.messages": _("管理消息发送"),
    "system.messages.confirm": _("复核推送地址"),
    "application.manage": _("管理接口应用"),
    "application.token.confirm": _("复核访问令牌"),
}
