"""What the notices about cases say."""

from django.utils.translation import gettext_lazy as _

NOTICES = {
    "cases.sent-back": _("“%(title)s”已退回到“%(step)s”：%(reason)s"),
    "cases.transferred": _("%(by)s 将“%(title)s”转交您办理。"),
    "cases.escalated": _("“%(title)s”有事项上报（%(code)s），请关注。"),
    "cases.reminded": _("催办：“%(title)s”的“%(step)s”请尽快办理。%(text)s"),
    "cases.date-moved": _("“%(title)s”%(step)s的期限由 %(before)s 调整为 %(after)s：%(reason)s"),
    "cases.timer-moved": _("“%(title)s”%(step)s的定时由 %(before)s 调整为 %(after)s：%(reason)s"),
    "cases.timer-kept": _(
        "“%(title)s”%(step)s的定时仍为 %(before)s：时长已无法重新得出，请核对（%(reason)s）。"
    ),
    "cases.correction-asked": _("“%(title)s”需补正材料：%(reason)s"),
    "cases.year-missing": _(
        "%(year)s年的节假日安排尚未导入，%(on)s起新开的时限将按周末暂定，请及时导入。"
    ),
    "cases.opinion-asked": _("%(by)s 就“%(title)s”征求您的意见，请于%(due_on)s前答复。"),
    "cases.opinion-given": _("%(receiver)s已答复“%(title)s”的征求意见（%(by)s）。"),
    "cases.opinion-withdrawn": _("“%(title)s”的征求意见已撤回，无需再答复。"),
    "cases.opinion-near": _("“%(title)s”征求您的意见，%(due_on)s到期，尚未答复。"),
    "cases.slip-issued": _("督办单%(number)s：请于%(reply_on)s前就“%(title)s”回复办理情况。"),
    "cases.slip-replied": _("%(by)s 已回复督办单%(number)s（“%(title)s”），请审核。"),
    "cases.slip-rejected": _("督办单%(number)s的回复被退回：%(reason)s"),
    "cases.slip-near": _("督办单%(number)s（“%(title)s”）%(reply_on)s到期，尚未回复。"),
    "cases.returned-to-pool": _("您抢办的“%(title)s”多个工作日未办理，已退回抢办池。"),
    "cases.circulated": _("%(by)s 将“%(title)s”传阅给您。"),
    "cases.circulation-noted": _("%(by)s 阅“%(title)s”后留言：%(text)s"),
}

# What one may ask to be told by mail: key → label, codes.
KINDS = {
    "work": (
        _("退回、转办与补正"),
        (
            "cases.sent-back",
            "cases.transferred",
            "cases.correction-asked",
            "cases.returned-to-pool",
        ),
    ),
    "urging": (
        _("催办与督办"),
        (
            "cases.reminded",
            "cases.slip-issued",
            "cases.slip-replied",
            "cases.slip-rejected",
            "cases.slip-near",
        ),
    ),
    "consulting": (
        _("征求意见与传阅"),
        (
            "cases.opinion-asked",
            "cases.opinion-given",
            "cases.opinion-withdrawn",
            "cases.opinion-near",
            "cases.circulated",
            "cases.circulation-noted",
        ),
    ),
    "limits": (
        _("期限变动与节假日安排"),
        ("cases.date-moved", "cases.timer-moved", "cases.timer-kept", "cases.year-missing"),
    ),
    "reports": (_("上报事项"), ("cases.escalated",)),
}
