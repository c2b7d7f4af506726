"""What refusals about messages say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "messages.not-allowed": _("您当前的身份不能管理消息发送。"),
}
