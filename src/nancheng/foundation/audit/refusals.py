"""What the refusals of the audit say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "audit.under-way": _("已有一次核验正在进行，请等待其完成。"),
    "audit.no-such-case": _("没有编号为 %(number)s 的办件。"),
    "audit.target-exists": _("%(target)s 已经存在，请另选一个位置。"),
}
