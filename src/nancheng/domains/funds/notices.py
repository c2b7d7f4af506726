"""What the notices of special bonds say."""

from django.utils.translation import gettext_lazy as _

NOTICES = {
    "funds.urge": _("“%(step)s”临近时限，请抓紧办理：%(title)s"),
}

KINDS = {
    "funds": (_("专项债券资金"), tuple(NOTICES)),
}
