"""What the refusals of files say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "files.sealed": _("该办件已归档，不能再追加附件。"),
    "files.empty": _("文件是空的，请重新选择。"),
    "files.too-large": _("文件超过 %(most_mb)s MB，请压缩或拆分后再上传。"),
    "files.too-many": _("一次最多上传 %(most)s 个文件。"),
    "files.no-room": _("服务器存储空间不足或不可写，文件没有保存，请联系管理员后重试。"),
    "files.kind": _(
        "无法识别的文件类型。可上传 PDF、PNG、JPEG、Excel（xlsx）、Word（docx）和 UTF-8 文本。"
    ),
    "files.archive": _("不接收压缩包，请解压后逐个上传。"),
    "files.old-office": _("不接收旧版 Office 文件（doc、xls、ppt），请另存为 docx、xlsx 或 PDF。"),
    "files.broken": _("文件已损坏或不完整，请重新导出后上传。"),
    "files.two-faced": _("文件中夹带了其他内容，不能接收。"),
    "files.macros": _("文件含有宏，不能接收，请另存为不含宏的格式。"),
    "files.external": _("文件打开时会从别处取内容或运行嵌入对象，不能接收，请断开外部链接后另存。"),
    "files.pdf-active": _("PDF 含有打开时自动运行的内容，不能接收，请打印或另存为普通 PDF。"),
    "files.encrypted": _("文件已加密，无法检查，请取消密码后上传。"),
    "files.bomb": _("文件展开后过大，不能接收。"),
    "files.image-size": _("图片尺寸 %(width)s×%(height)s 过大，请缩小后上传。"),
    "files.active": _("文件内容是网页或脚本，不能接收。"),
    "files.evidence.time": _("拍摄时间 %(taken_at)s 晚于现在，请核对手机时间。"),
    "files.evidence.place": _("拍摄位置不正确：应同时给出有效的经度和纬度。"),
    "files.not-a-picture": _("现场照片应为 PNG 或 JPEG 图片。"),
    "files.frozen": _("附件已随办件提交，不能再更改或删除。"),
    "files.not-yours": _("附件不存在，或不是您上传的草稿。"),
    "files.content-missing": _("附件内容已丢失或损坏，请联系管理员从备份恢复。"),
}
