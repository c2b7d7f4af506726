"""Words of the API: titles of problems, and what is wrong with a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nancheng.api.refusals import REFUSALS

TITLES: Mapping[int, str | Promise] = {
    400: _("请求无法识别"),
    401: _("需要访问令牌"),
    403: _("没有权限"),
    404: _("没有找到"),
    405: _("方法不受支持"),
    406: _("格式不可提供"),
    409: _("未能办理"),
    413: _("内容过大"),
    415: _("格式不受支持"),
    422: _("内容不符合要求"),
    429: _("调用过于频繁"),
    500: _("系统故障"),
    503: _("暂时不能提供服务"),
}
# What the checks of a field are called by pydantic; each reads like the errors of a form.
FIELDS: Mapping[str, str | Promise] = {
    "missing": _("必填。"),
    "extra_forbidden": _("没有这一项。"),
    "string_type": _("须为文字。"),
    "string_too_short": _("至少 %(min_length)s 个字符。"),
    "string_too_long": _("最多 %(max_length)s 个字符。"),
    "string_pattern_mismatch": _("格式不正确。"),
    "int_type": _("须为整数。"),
    "int_parsing": _("须为整数。"),
    "int_from_float": _("须为整数。"),
    "int_parsing_size": _("数值超出范围。"),
    "greater_than": _("须大于 %(gt)s。"),
    "greater_than_equal": _("不得小于 %(ge)s。"),
    "less_than_equal": _("不得大于 %(le)s。"),
    "bool_type": _("须为 true 或 false。"),
    "bool_parsing": _("须为 true 或 false。"),
    "list_type": _("须为列表。"),
    "too_long": _("最多 %(max_length)s 项。"),
    "too_short": _("至少 %(min_length)s 项。"),
    "dict_type": _("须为对象。"),
    "model_type": _("须为对象。"),
    "model_attributes_type": _("须为对象。"),
    "literal_error": _("不在可选范围内。"),
    "enum": _("不在可选范围内。"),
}
OTHERWISE = _("内容无法识别。")


def text(code: str) -> str | Promise:
    """Return the words of a refusal of the API that has no figures."""
    return REFUSALS[code]


def of_field(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a field in the reader's language."""
    words = FIELDS.get(str(error.get("type")), OTHERWISE)
    try:
        return str(words) % dict(error.get("ctx") or {})
    except KeyError:
        return str(OTHERWISE)
