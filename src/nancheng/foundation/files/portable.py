"""What a PDF does when it is opened: nothing by itself.

Called by ``contents``. Names are looked for everywhere, in packed streams as well, with their
escapes undone (ISO 32000-1, 7.3.5); a word of that length does not come about by chance.
"""

from __future__ import annotations

import os
import re
import zlib
from typing import BinaryIO

from nancheng.kernel.refusal import Refused

UNPACKED_MAX = 300 << 20
# Streams packed more than this many times over are no paper.
DEPTH_MAX = 3
RUNS = (b"/JavaScript", b"/Launch", b"/RichMedia")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"stream\r?\n")
# Objects packed in a way that is not looked into here.
ODD_FILTERS = (
    b"LZWDecode",
    b"LZW",
    b"ASCIIHexDecode",
    b"ASCII85Decode",
    b"RunLengthDecode",
    b"Crypt",
)
DICTIONARY_BYTES = 600


def check(stream: BinaryIO) -> None:
    """Refuse a PDF that is cut, encrypted, or runs something.

    Raises ``Refused`` "files.broken", ".encrypted", ".pdf-active" or ".bomb".
    """
    stream.seek(0, os.SEEK_END)
    stream.seek(max(0, stream.tell() - 2048))
    # ISO 32000-1, 7.5.5: the last line is %%EOF; scanners append blanks and a few bytes.
    if b"%%EOF" not in stream.read():
        raise Refused("files.broken")
    stream.seek(0)
    body = stream.read()
    _look(body)
    budget = UNPACKED_MAX
    for found in STREAM.finditer(body):
        before = _plain(body[max(0, found.start() - DICTIONARY_BYTES) : found.start()])
        if b"/ObjStm" in before and any(odd in before for odd in ODD_FILTERS):
            raise Refused("files.pdf-active")
        budget -= _look_into(body[found.end() : found.end() + (1 << 25)], budget, DEPTH_MAX)


def _look(body: bytes) -> None:
    plain = _plain(body)
    if any(word in plain for word in RUNS):
        raise Refused("files.pdf-active")
    if b"/Encrypt" in plain:
        raise Refused("files.encrypted")


def _look_into(packed: bytes, budget: int, depth: int) -> int:
    """Unpack a stream and look at it; return how much it was. Not packed: nothing."""
    if packed[:1] != b"\x78" or not depth:
        return 0
    inflate = zlib.decompressobj()
    try:
        body = inflate.decompress(packed, budget + 1)
    except zlib.error:
        return 0
    if len(body) > budget:
        raise Refused("files.bomb")
    if any(word in _plain(body) for word in RUNS):
        raise Refused("files.pdf-active")
    return len(body) + _look_into(body, budget - len(body), depth - 1)


def _plain(body: bytes) -> bytes:
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), body)
