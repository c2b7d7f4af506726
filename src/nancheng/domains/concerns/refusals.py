"""What refusals of coordination concerns say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "concerns.no-such-department": _("没有找到所选的单位，请重新选择。"),
    "concerns.lead-is-oneself": _("主办单位须是本单位以外的单位。"),
    "concerns.lead-among-co-units": _("主办单位不必再列为协办单位。"),
    "concerns.oneself-among-co-units": _("提出单位不必列为协办单位。"),
    "concerns.too-many-co-units": _("协办单位最多 %(most)s 个。"),
    "concerns.nobody-decides": _("尚未设置审定事项的分管领导岗位，请联系管理员。"),
    "concerns.no-such-step": _("该事项目前不在办理反馈环节，或者不在您手上。"),
    "concerns.result-missing": _("请上传办理结果材料，归档时需要。"),
}
