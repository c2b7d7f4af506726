"""What the refusals of backup and restore say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "backups.target-exists": _("%(target)s 已经存在，请另选一个文件名。"),
    "backups.not-a-backup": _("%(file)s 不是本平台的备份文件，或已不完整。"),
    "backups.broken": _("备份文件已损坏：%(member)s 与清单不符，没有恢复任何内容。"),
    "backups.newer": _("备份来自更新的版本（%(migration)s），请先升级平台再恢复。"),
    "backups.not-empty": _("当前数据库不是空的（%(table)s 中已有数据），只能恢复到空的安装。"),
    "backups.other-state": _("当前数据库的结构与备份不同，请恢复到一个没有任何表的空数据库。"),
    "backups.other-root": _("恢复后的审计总根与备份清单不符，恢复没有完成，请勿使用这个数据库。"),
}
