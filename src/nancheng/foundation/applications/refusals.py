"""What refusals about applications say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "applications.bad-code": _("代码须为 3 至 30 位小写字母、数字或连字符，且以字母开头。"),
    "applications.known-code": _("代码“%(given)s”已被使用。"),
    "applications.no-such-post": _("所选岗位不存在。"),
    "applications.bad-life": _("有效期须为 1 至 %(most)s 天。"),
    "applications.nothing-opened": _("请至少选择一项权限。"),
    "applications.asked-before": _("该申请已提交，令牌原文已显示过；如未保存，请撤回后重新申请。"),
    "applications.closed": _("该应用已停用。"),
    "applications.already-revoked": _("该令牌已失效。"),
}
