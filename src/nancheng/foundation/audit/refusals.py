"""What the refusals of the audit say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "audit.under-way": _("已有一次核验正在进行，请等待其完成。"),
}
