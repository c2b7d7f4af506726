"""What people's refusals say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "people.not-allowed": _("您当前的身份（%(post)s）没有办理此事的权限。"),
    "people.no-identity": _("您的账号尚未配置岗位身份，请联系系统管理员。"),
    "people.unknown-identity": _("所选身份不存在或已失效。"),
    "people.wrong-password": _("原密码不正确。"),
    "people.weak-password": _("新密码不符合要求：%(why)s"),
}
