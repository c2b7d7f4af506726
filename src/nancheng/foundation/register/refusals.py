"""What the register's refusals say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "register.uscc.length": _("统一社会信用代码应为 %(expected)s 位，现为 %(length)s 位。"),
    "register.uscc.alphabet": _(
        "统一社会信用代码第 %(place)s 位“%(character)s”不在字符集内（不使用 I、O、S、V、Z）。"
    ),
    "register.uscc.region": _(
        "统一社会信用代码第 3 至 8 位应为登记机关行政区划数字，现为“%(region)s”。"
    ),
    "register.uscc.check": _(
        "统一社会信用代码校验位不符：按前 17 位应为“%(expected)s”，现为“%(given)s”，请核对。"
    ),
    "register.uscc.taken": _("该统一社会信用代码已登记，同一单位只登记一次。"),
    "register.resident.length": _("身份证号应为 %(expected)s 位，现为 %(length)s 位。"),
    "register.resident.alphabet": _("身份证号第 %(place)s 位“%(character)s”不正确。"),
    "register.resident.region": _("身份证号前 6 位“%(region)s”不是行政区划代码。"),
    "register.resident.birthday": _("身份证号中的出生日期“%(birthday)s”不存在。"),
    "register.resident.check": _(
        "身份证号校验位不符：应为“%(expected)s”，现为“%(given)s”，请核对。"
    ),
    "register.region.length": _("行政区划代码应为 %(expected)s 位数字，现为 %(length)s 位。"),
    "register.region.alphabet": _("行政区划代码第 %(place)s 位“%(character)s”不是数字。"),
    "register.region.province": _("行政区划代码开头“%(province)s”不是省级代码。"),
    "register.approval.length": _(
        "投资项目代码应为 %(expected)s 位数字（4-6-2-2-6），现为 %(length)s 位。"
    ),
    "register.approval.alphabet": _("投资项目代码第 %(place)s 位“%(character)s”不是数字。"),
    "register.approval.pattern": _("投资项目代码的分段应为“%(expected)s”。"),
    "register.approval.year": _("投资项目代码的年份“%(year)s”不正确。"),
    "register.approval.region": _("投资项目代码的行政区划“%(region)s”不正确。"),
    "register.approval.taken": _("该投资项目代码已登记在另一个项目上，一项一码。"),
    "register.name-missing": _("请填写名称。"),
    "register.investment": _("总投资应大于零，且不超过 %(most_yi)s 亿元；请核对单位。"),
    "register.year": _("年份 %(year)s 不正确。"),
    "register.period": _("结束日期 %(finish_on)s 早于开始日期 %(start_on)s。"),
    "register.stage.closed": _("项目当前阶段不能转入所选阶段。"),
    "register.stage.reason-missing": _("请写明调整阶段的原因。"),
    "register.stage.order": _("进入日期不能早于上一阶段的 %(entered_on)s，也不能晚于今天。"),
    "register.milestone.future": _("实际完成日期 %(on)s 还没有到。"),
    "register.geojson.size": _("图形数据过大：%(size)s 字，最多 %(most)s 字。"),
    "register.geojson.syntax": _("图形数据不是有效的 JSON（第 %(line)s 行）。"),
    "register.geojson.depth": _("图形数据嵌套过深，最多 %(most)s 层。"),
    "register.geojson.kind": _("不支持的图形类型“%(kind)s”，请使用点、多边形或多个多边形。"),
    "register.geojson.ring": _("多边形的边界不完整：首尾应相接，至少三个不同的点。"),
    "register.geojson.coordinates": _(
        "坐标“%(value)s”不正确：应为经度、纬度，经度 ±180 以内，纬度 ±90 以内。"
    ),
    "register.geojson.points": _("图形的点数 %(points)s 过多，最多 %(most)s 个。"),
    "register.place.taken": _("场所编号“%(value)s”已登记。"),
    "register.place.loop": _("上级场所不能是自己或自己的下级。"),
    "register.place.area": _("已建面积不能大于总面积。"),
    "register.changed-meanwhile": _(
        "该记录在您填写期间已被他人修改（当前第 %(current)s 版，您依据第 %(yours)s 版）。"
        "您填写的内容已保留，请核对后再次提交。"
    ),
    "register.outside-reach": _("所选主管部门不在您的权限范围内。"),
    "register.not-allowed": _("您当前的身份没有登记或修改这条记录的权限。"),
}
