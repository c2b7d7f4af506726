"""What the notices about confirmations say."""

from django.utils.translation import gettext_lazy as _

NOTICES = {
    "confirmations.asked": _("%(by)s 申请“%(title)s”，请复核。"),
    "confirmations.confirmed": _("您申请的“%(title)s”已由%(by)s复核通过并执行。"),
    "confirmations.refused": _("您申请的“%(title)s”未通过%(by)s的复核。"),
    "confirmations.lapsed": _(
        "您申请的“%(title)s”%(days)s天无人复核，已失效，如仍需办理请重新申请。"
    ),
}

KINDS = {
    "hands": (
        _("两人复核"),
        (
            "confirmations.asked",
            "confirmations.confirmed",
            "confirmations.refused",
            "confirmations.lapsed",
        ),
    ),
}
