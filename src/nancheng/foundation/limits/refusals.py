"""What the refusals about limits say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "limits.file-too-big": _("文件超过%(most)sKB或行数过多，不像一份节假日通知。"),
    "limits.file-unreadable": _("文件无法读取：请另存为UTF-8编码的CSV文件。"),
    "limits.file-columns": _("文件缺少必需的列：%(columns)s。"),
    "limits.file-empty": _("文件中没有%(year)s年的日期。"),
    "limits.not-of-year": _("第%(row)s行的日期%(on)s不属于%(year)s年的节假日安排。"),
    "limits.no-such-notice": _("没有找到该通知，或者已经处理。"),
    "limits.nothing-changes": _("该文件与现行%(year)s年日历完全一致，无需导入。"),
    "limits.notice-outdated": _("提交之后%(year)s年日历已有新版本，请重新导入。"),
    "limits.no-such-rule": _("时限规则 %(rule)s 在 %(on)s 没有生效的版本。"),
    "limits.rule-has-no-length": _("时限规则 %(rule)s 规定的是固定日期，不能用于计时。"),
    "limits.no-extension": _("依据%(basis)s，该时限不得延长。"),
    "limits.extended-enough": _("依据%(basis)s，该时限最多延长%(count)s次，已经用完。"),
    "limits.extension-too-long": _("依据%(basis)s，累计最多延长%(most)s，还可延长%(left)s。"),
    "limits.row-unreadable": _("时限规则第%(row)s行的“%(column)s”列无法识别。"),
    "limits.correction-open": _("该任务已有一次补正尚未收到材料。"),
    "limits.no-correction": _("该任务没有待收的补正材料。"),
    "limits.correction-not-open": _("该时限不因补正而停止，无法要求补正。"),
    "hours.unreadable": _("作息时间“%(text)s”无法识别，应如：05-01 08:30-12:00 14:30-17:30。"),
    "hours.stretch-backwards": _("作息时间的下班时间须晚于上班时间。"),
    "hours.season-unreadable": _("作息季节的开始日期无法识别。"),
    "hours.season-empty": _("每个作息季节至少要有一段办公时间。"),
    "hours.stretches-overlap": _("同一天的办公时间段不能重叠。"),
    "hours.seasons-out-of-order": _("作息季节须按开始日期先后排列。"),
    "clock.ahead-unit": _("提前量只能是工作日或自然日，不能是%(unit)s。"),
}
