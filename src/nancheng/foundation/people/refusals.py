"""What people's refusals say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "people.not-allowed": _("您当前的身份（%(post)s）没有办理此事的权限。"),
    "people.no-identity": _("您的账号尚未配置岗位身份，请联系系统管理员。"),
    "people.unknown-identity": _("所选身份不存在或已失效。"),
    "people.wrong-password": _("原密码不正确。"),
    "people.weak-password": _("新密码不符合要求：%(why)s"),
    "people.not-a-deputy": _("只能授权给本部门在岗的其他人员；管理员只能授权给同类管理员。"),
    "people.deputy-absent": _("所选代理人在此期间也不在岗，请另选一人。"),
    "people.already-delegated": _("此期间已有授权，请先终止原授权或调整日期、事项。"),
    "people.absence-in-the-past": _("开始日期不能早于今天。"),
    "people.absence-backwards": _("结束日期不能早于开始日期。"),
    "people.absence-too-long": _("一次授权不超过 %(days)s 天。"),
    "people.unknown-absence": _("没有找到该授权，或者不在您的权限范围内。"),
}
