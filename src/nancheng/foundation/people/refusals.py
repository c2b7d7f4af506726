"""What people's refusals say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "people.not-allowed": _("您当前的身份（%(post)s）没有办理此事的权限。"),
    "people.no-identity": _("您的账号尚未配置岗位身份，请联系系统管理员。"),
    "people.unknown-identity": _("所选身份不存在或已失效。"),
    "people.wrong-password": _("原密码不正确。"),
    "people.wrong-code": _("验证码不正确。"),
    "people.codes-locked": _(
        "验证码已连续输错 %(count)s 次，请在 %(until)s 之后再试，或使用恢复码。"
    ),
    "people.used-code": _("此验证码已用过，请等待身份验证器显示下一个。"),
    "people.factor-unreadable": _(
        "本系统无法读取已登记的设备，请用恢复码登录后重新设置，或联系系统管理员解除。"
    ),
    "people.no-factor": _("%(name)s 没有设置二次验证。"),
    "people.weak-password": _("新密码不符合要求：%(why)s"),
    "people.former-password": _("新密码不能与最近 %(count)s 次用过的密码相同。"),
    "people.duties-apart": _(
        "%(name)s 不能兼任：系统管理员、安全管理员、审计管理员互不相容，也不兼任业务岗位。"
    ),
    "people.grant-apart": _("权限 %(verb)s 不能授给该职责：三员与业务的权限不混授。"),
    "people.grants-moved": _("“%(duty)s”的授权在申请后已有变动，请重新提出。"),
    "people.password-moved": _("%(name)s 的密码在申请后已有变动，请重新提出。"),
    "people.reset-asked": _("此账号已有重置密码申请等待复核。"),
    "people.known-username": _("该用户名已存在。"),
    "people.unknown-post": _("所选岗位不存在。"),
    "people.administrators-apart": _("不能操作本人或其他管理员的账号。"),
    "people.asked-already": _("%(name)s 已有同一申请等待复核。"),
    "people.leaves-already": _("%(name)s 已办理离岗，离岗日期 %(on)s。"),
    "people.leaves-in-the-past": _("离岗日期不能早于今天。"),
    "people.last-administrator": _("%(name)s 是最后一名此类管理员，请先任命接任人。"),
    "people.has-left": _("%(name)s 已离岗，不能再任命、启用或重置；返岗须新建账号。"),
    "people.not-left": _("%(name)s 尚未离岗，不能清除个人信息。"),
    "people.erased-already": _("此账号的个人信息已清除。"),
    "people.not-a-deputy": _("只能授权给本部门在岗的其他人员；管理员只能授权给同类管理员。"),
    "people.deputy-absent": _("所选代理人在此期间也不在岗，请另选一人。"),
    "people.already-delegated": _("此期间已有授权，请先终止原授权或调整日期、事项。"),
    "people.absence-in-the-past": _("开始日期不能早于今天。"),
    "people.absence-backwards": _("结束日期不能早于开始日期。"),
    "people.absence-too-long": _("一次授权不超过 %(days)s 天。"),
    "people.unknown-absence": _("没有找到该授权，或者不在您的权限范围内。"),
}
