"""What the ledger's refusals say, and those of the money a person types."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "ledger.insufficient": _(
        "账户 %(account)s 可用余额 %(available_fen)s 元，不足 %(needed_fen)s 元。"
    ),
    "ledger.amount-out-of-range": _("划转金额须大于零且在系统上限之内（%(amount_fen)s 元）。"),
    "ledger.same-account": _("转出与转入不能是同一账户（%(account)s）。"),
    "ledger.code-unreadable": _("账户编码“%(account)s”不符合规则。"),
    "ledger.fund-is-bounded": _("资金池账户 %(account)s 不得透支。"),
    "ledger.account-unknown": _("账户 %(account)s 不存在。"),
    "ledger.account-differs": _("账户 %(account)s 已开立，且内容不同。"),
    "ledger.key-reused": _("这一请求编号已用于另一笔划转，未作任何改动。"),
    "ledger.transfer-unknown": _("找不到所指的划转记录（%(transfer)s）。"),
    "ledger.not-a-reservation": _("所指的划转不是预留，不能入账或释放（%(transfer)s）。"),
    "ledger.already-ended": _("这笔预留已经入账或释放，不能再次办理（%(transfer)s）。"),
    "ledger.reservation-expired": _("预留已于 %(expires_at)s 到期，不能再入账。"),
    "ledger.reservation-not-expired": _("预留尚未到期，不能按到期释放。"),
    "ledger.expires-before-it-begins": _("预留的到期时间 %(expires_at)s 须晚于预留时间。"),
    "ledger.not-posted": _("只有已入账的划转才能冲销（%(transfer)s）。"),
    "ledger.already-reversed": _("这笔划转已经冲销，不能再次冲销（%(transfer)s）。"),
    "ledger.reversal-of-reversal": _("冲销记录不能再冲销，请另行登记（%(transfer)s）。"),
    "money.unreadable": _("“%(text)s”不是金额，请用数字填写，可带“万元”或“亿元”。"),
    "money.not-whole-fen": _("“%(text)s”不足一分，金额最多精确到分。"),
    "money.negative": _("金额不能小于零（%(text)s）。"),
    "money.too-large": _("金额超过系统上限 %(max_fen)s 元。"),
}
