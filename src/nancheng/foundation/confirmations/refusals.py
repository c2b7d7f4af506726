"""What the refusals of confirmations say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "confirmations.unknown": _("没有找到该复核事项，或者不在您的权限范围内。"),
    "confirmations.same-person": _("申请与复核须由不同的人办理，代理人与被代理人视为同一人。"),
    "confirmations.lapsed": _("该事项久未复核，已失效（%(when)s），如仍需办理请重新申请。"),
    "confirmations.decided": _("该事项已由%(who)s处理（%(when)s）。"),
}
