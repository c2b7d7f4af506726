"""What refusals of the API itself say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "api.token-missing": _("请在 Authorization 头中以 Bearer 方式提供访问令牌。"),
    "api.token-unknown": _("访问令牌无效。"),
    "api.token-expired": _("访问令牌已过期。"),
    "api.token-revoked": _("访问令牌已被收回。"),
    "api.token-closed": _("该应用已停用。"),
    "api.beyond-token": _("该访问令牌未包含此项权限（%(verb)s）。"),
    "api.read-only-token": _("该访问令牌只能读取。"),
    "api.kind-beyond-token": _("该访问令牌不能办理此类事项（%(kind)s）。"),
    "api.too-many-calls": _("调用过于频繁：每分钟最多 %(most)s 次，请稍后再试。"),
    "api.not-acceptable": _("不能提供所要求的格式，可提供：%(media_types)s。"),
    "api.wrong-media-type": _("请求内容的格式不受支持，应为：%(media_types)s。"),
    "api.too-large": _("请求内容超过上限（%(most)s 字节）。"),
    "api.bad-body": _("请求内容无法识别。"),
    "api.invalid": _("有 %(count)s 处内容不符合要求。"),
    "api.no-such-route": _("没有这个接口地址。"),
    "api.not-found": _("您要找的内容不存在，或者不在您的权限范围内。"),
    "api.method-not-allowed": _("此地址不支持该方法，可用：%(allowed)s。"),
    "api.key-missing": _("写操作须提供 Idempotency-Key 请求头（1 至 %(most)s 个可见字符）。"),
    "api.key-reused": _("此 Idempotency-Key 已用于另一请求，请换一个新值。"),
    "api.unknown-parameter": _("没有这个查询参数。"),
    "api.bad-parameter": _("参数的值无法识别。"),
    "api.bad-cursor": _("翻页标记无效或与当前查询条件不符，请从第一页开始。"),
    "api.unknown-receiver": _("没有可选的对象 %(who)s。"),
    "api.unknown-kind": _("没有此类事项（%(kind)s）。"),
    "api.opened-elsewhere": _("此类事项（%(kind)s）须由其业务接口发起。"),
    "api.opinion-without-words": _("请写明具体意见。"),
    "api.unavailable": _(
        "系统暂时不能提供服务，未作任何改动，请稍后用相同的 Idempotency-Key 重试。"
    ),
    "api.failure": _("系统出现故障，编号 %(reference)s，请将编号告知系统管理员。"),
}
