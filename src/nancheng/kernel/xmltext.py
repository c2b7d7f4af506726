"""In which encoding an XML file is written, by the rules of XML 1.0 §4.3.3 and appendix F.

The parsers here are told to read UTF-8 alone, so that two of them can never see two texts in the
same bytes. What Chinese tools write besides (GBK and its kin, UTF-16) is turned into it before, and
back after a change. Only encodings of which every text that was read is written as the same bytes
are taken; a file that is not what it declares is refused, never guessed at.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass

_DECLARED = re.compile(r"""<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_HEAD = 200
# How the bytes are read, and what a tool that holds to the name can read: GB 18030 holds all of
# GBK, GBK all of GB 2312, and files are declared by the smaller name.
_CODECS: Mapping[str, tuple[str, str]] = {
    "": ("utf-8", "utf-8"),
    "utf-8": ("utf-8", "utf-8"),
    "utf8": ("utf-8", "utf-8"),
    "ascii": ("ascii", "ascii"),
    "us-ascii": ("ascii", "ascii"),
    "iso-8859-1": ("iso-8859-1", "iso-8859-1"),
    "gb2312": ("gb18030", "gb2312"),
    "gbk": ("gb18030", "gbk"),
    "cp936": ("gb18030", "gbk"),
    "gb18030": ("gb18030", "gb18030"),
}
_WIDE: Mapping[str, frozenset[str]] = {
    "utf-16-le": frozenset({"", "utf-16", "utf-16le"}),
    "utf-16-be": frozenset({"", "utf-16", "utf-16be"}),
}
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Without a mark, the first letter of any XML file tells how wide its letters are.
_WIDE_STARTS = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))


class EncodingError(ValueError):
    """The bytes are no text that can be read for sure.

    ``is_unknown``: written or declared in what is not read here; else the bytes are not what the
    file declares.
    """

    def __init__(self, *, is_unknown: bool) -> None:
        super().__init__("unknown encoding" if is_unknown else "not in the declared encoding")
        self.is_unknown = is_unknown


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a file in UTF-8, and how the file writes it."""

    text: bytes
    codec: str = "utf-8"
    told: str = "utf-8"
    mark: bytes = b""

    def spelled(self, value: str) -> str:
        """Return a value as the file can hold it: a number stands for what its letters lack."""
        return value.encode(self.told, "xmlcharrefreplace").decode(self.told)

    def again(self, text: bytes) -> bytes:
        """Return a changed text as the bytes of such a file."""
        if self.codec == "utf-8":
            return self.mark + text
        return self.mark + text.decode("utf-8").encode(self.codec)


def read(data: bytes) -> Written:
    """Return the text of an XML file. Raises ``EncodingError``."""
    mark, codec = next((found for found in _MARKS if data.startswith(found[0])), (b"", None))
    if codec == "":
        raise EncodingError(is_unknown=True)
    body = data[len(mark) :]
    if codec is None:
        codec = next((wide for start, wide in _WIDE_STARTS if body.startswith(start)), None)
    declared = _declared(body, codec)
    told = codec or "utf-8"
    if codec is None:
        if declared in ("utf-16", "utf-16le", "utf-16be"):
            raise EncodingError(is_unknown=False)
        if declared not in _CODECS:
            raise EncodingError(is_unknown=True)
        codec, told = _CODECS[declared]
    elif declared not in _WIDE.get(codec, ("", "utf-8", "utf8")):
        raise EncodingError(is_unknown=False)
    return Written(_utf8(body, codec), codec, told, mark)


def _declared(body: bytes, codec: str | None) -> str:
    head = body[:_HEAD].decode(codec or "latin-1", "ignore")
    found = _DECLARED.match(head)
    return found[1].lower() if found else ""


def _utf8(body: bytes, codec: str) -> bytes:
    try:
        text = body.decode(codec)
        return body if codec == "utf-8" else text.encode("utf-8")
    except UnicodeError as error:
        raise EncodingError(is_unknown=False) from error
