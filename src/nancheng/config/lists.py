"""What each list that can be taken out is called, by its key, for the operations log."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: Mapping[str, str | Promise] = {
    "absences": _("授权代理"),
    "accounts": _("账号管理"),
    "applications": _("接口应用"),
    "archives": _("归档目录"),
    "asked": _("我征求的意见"),
    "bonds": _("债券台账"),
    "called": _("应督办任务"),
    "calls": _("接口调用记录"),
    "cases": _("办件"),
    "concerns": _("协调事项"),
    "confirmations": _("两人复核"),
    "department": _("部门在办任务"),
    "done": _("我的已办"),
    "endpoints": _("推送地址"),
    "inbox": _("我的待办"),
    "ledger": _("资金流水"),
    "log": _("操作日志"),
    "organisations": _("单位名录"),
    "outbox": _("消息发送记录"),
    "payments": _("资金拨付"),
    "places": _("场所台账"),
    "pool": _("抢办任务"),
    "projects": _("项目"),
    "sent": _("我发出的传阅"),
    "slips": _("督办单"),
    "started": _("我发起的"),
    "together": _("协同事项"),
}
