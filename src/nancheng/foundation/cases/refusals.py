"""What the case layer's refusals say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "cases.no-such-case": _("没有找到该办件，或者不在您的权限范围内。"),
    "cases.no-such-task": _("没有找到该任务，或者不在您的权限范围内。"),
    "cases.task-gone": _("该任务已由%(who)s办理（%(when)s），您无需再办。"),
    "cases.task-taken": _("该任务已由%(who)s签收，您不能办理。"),
    "cases.not-yours": _("该任务不在您当前身份的岗位上，您不能办理。"),
    "cases.moved-meanwhile": _("办件%(number)s刚刚被他人更新，请刷新后再办。"),
    "cases.verb-not-open": _("当前环节不允许此操作（%(verb)s）。"),
    "cases.same-person": _("您已办理过本办件的“%(step)s”环节，经办与审核须由不同的人办理。"),
    "cases.not-a-colleague": _("只能转办给本部门在岗人员。"),
    "cases.extend-own": _("不能给自己承办的任务批准延期，请由有权的他人批准。"),
    "cases.no-limit-here": _("该环节没有设置时限，无需延期。"),
    "cases.no-whole-limit": _("流程没有设置全程期限，环节的期限无法由此倒推。"),
    "cases.nobody-at-post": _(
        "“%(step)s”环节找不到承办岗位（%(party)s，%(duty)s），请先配置岗位。"
    ),
    "cases.not-deployed": _("该类办件（%(kind)s）的流程尚未发布。"),
    "cases.no-parameter": _("参数 %(parameter)s 在 %(on)s 没有生效的取值，请先设置。"),
    "cases.no-decision": _("决策表 %(decision)s 尚未发布。"),
    "cases.undecided": _(
        "决策表 %(decision)s 对本办件没有给出结论（%(why)s），请联系规则维护人员。"
    ),
    "cases.nobody-opens": _("没有人可以作为“%(kind)s”办件的发起人，无法由事件开立办件。"),
    "cases.message-unreadable": _("消息的内容无法识别或过大（不超过%(limit)s字节）。"),
    "cases.no-such-errand": _("没有找到该转达事项，或者不在您的权限范围内。"),
    "cases.errand-over": _("该转达事项已经处理完毕。"),
    "cases.bad-drawing": _("流程图未通过检查：%(problems)s"),
    "calendar.missing": _("%(year)s年的节假日安排尚未导入，无法计算时限，请先导入。"),
    "calendar.row-unreadable": _("日历第%(row)s行的“%(column)s”列无法识别。"),
    "calendar.day-twice": _("日历第%(row)s行的日期%(on)s重复。"),
    "calendar.not-a-change": _("日历第%(row)s行：%(on)s本来就是工作日，不需要列出。"),
    "calendar.too-many-days": _("%(year)s年的日历天数过多，不像一份节假日通知。"),
    "calendar.version-missing": _("%(year)s年没有第%(version)s版日历。"),
    "clock.limit-unreadable": _("时限“%(text)s”无法识别。"),
    "clock.limit-out-of-range": _("时限%(count)s%(unit)s超出范围。"),
    "clock.too-many-changes": _("该时限的中止或延期次数过多。"),
    "clock.suspensions-overlap": _("中止的时间段不能重叠。"),
    "clock.suspension-backwards": _("恢复时间不能早于中止时间。"),
    "clock.extension-unit": _("延期的单位须与原时限一致。"),
    "clock.start-out-of-range": _("%(year)s年超出可计算的范围。"),
}
