"""What a file is, found by reading it: its name and what the browser says count for nothing.

``recognise`` returns the kind or refuses with the reason. It reads the whole of a text and the
outline of anything else, and never unpacks more than the limits allow.
"""

from __future__ import annotations

import codecs
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO

from nancheng.foundation.files import packages, portable
from nancheng.kernel.refusal import Refused

# Our limits. A 50-megapixel photograph is 8165 × 6124; a scan of A3 at 600 dpi is 9921 × 7016.
PIXELS_MAX = 80_000_000
SIDE_MAX = 20_000
CHUNK_BYTES = 1 << 16

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
PDF = b"%PDF-"
ZIP = b"PK\x03\x04"
ARCHIVES = (
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"Rar!",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
    b"MSCF",
)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Text that a browser or a system would run when given the chance.
ACTIVE_TEXT = ("#!", "mime-version:", "{\\rtf", "[internetshortcut]", "[desktop entry]")
# A tag, a comment or a declaration; "<5 %" is text.
ACTIVE_TAG = re.compile(r"<[a-z!?/%]")
ACTIVE_SEEN = max(len(each) for each in ACTIVE_TEXT)
# Chunks of a PNG that are packed beside the pixels (ISO/IEC 15948, 11.3), and how much is enough.
PNG_PACKED = (b"zTXt", b"iTXt", b"iCCP")
PNG_NOTE_MAX = 8 << 20
# JPEG frame headers (ITU-T T.81, table B.1): SOF0 to SOF15 without DHT, JPG and DAC.
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_BARE = frozenset(range(0xD0, 0xD8)) | {0x01}


def recognise(stream: BinaryIO, *, name: str = "") -> str:
    """Return the kind of a content: pdf, png, jpeg, xlsx, docx, csv or txt.

    ``name`` only tells a table of text (.csv) from other text. Raises ``Refused`` "files.empty",
    ".archive", ".old-office", ".broken", ".two-faced", ".macros", ".bomb", ".image-size",
    ".active", ".external", ".pdf-active", ".encrypted" or ".kind".
    """
    stream.seek(0)
    head = stream.read(16)
    if not head:
        raise Refused("files.empty")
    kind = _by_head(head)
    if kind == "text":
        _check_text(stream)
        return "csv" if name.lower().endswith(".csv") else "txt"
    if kind == "zip":
        return packages.office(stream)
    _CHECKS[kind](stream)
    # A picture or a page with an archive glued to its end is opened as either.
    stream.seek(0)
    if zipfile.is_zipfile(stream):
        raise Refused("files.two-faced")
    return kind


def _by_head(head: bytes) -> str:
    for signature, kind in ((PNG, "png"), (JPEG, "jpeg"), (PDF, "pdf"), (ZIP, "zip")):
        if head.startswith(signature):
            return kind
    if head.startswith(ARCHIVES):
        raise Refused("files.archive")
    if head.startswith(OLD_OFFICE):
        raise Refused("files.old-office")
    return "text"


def _check_png(stream: BinaryIO) -> None:
    """Walk the chunks: first IHDR, last IEND, nothing after it."""
    stream.seek(len(PNG))
    place, end = len(PNG), _size(stream)
    first = True
    while True:
        stream.seek(place)
        header = stream.read(8)
        if len(header) < 8:
            raise Refused("files.broken")
        length, kind = struct.unpack(">I4s", header)
        if first:
            if kind != b"IHDR" or length != 13:
                raise Refused("files.broken")
            size = stream.read(8)
            if len(size) < 8:
                raise Refused("files.broken")
            _check_pixels(*struct.unpack(">II", size))
            first = False
        if kind in PNG_PACKED:
            _check_packed(stream, place + 8, length)
        place += 12 + length
        if place > end:
            raise Refused("files.broken")
        if kind == b"IEND":
            break
    if place != end:
        raise Refused("files.two-faced")


def _check_packed(stream: BinaryIO, place: int, length: int) -> None:
    """Refuse a note or colour profile in a picture that unpacks beyond all measure."""
    stream.seek(place)
    body = stream.read(min(length, PNG_NOTE_MAX))
    packed = body.find(b"\x78", body.find(b"\0"))
    if packed < 0:
        return
    try:
        unpacked = zlib.decompressobj().decompress(body[packed:], PNG_NOTE_MAX + 1)
    except zlib.error:
        return
    if len(unpacked) > PNG_NOTE_MAX:
        raise Refused("files.bomb")


def _check_jpeg(stream: BinaryIO) -> None:
    """Walk the segments to the frame header, which gives the size; then look for the end."""
    place = 2
    while True:
        stream.seek(place)
        marker = stream.read(4)
        if len(marker) < 4 or marker[0] != 0xFF:
            raise Refused("files.broken")
        code = marker[1]
        if code == 0xFF or code in JPEG_BARE:
            place += 1 if code == 0xFF else 2
            continue
        length = int.from_bytes(marker[2:4], "big")
        if length < 2:
            raise Refused("files.broken")
        if code in JPEG_FRAMES:
            frame = stream.read(5)
            if len(frame) < 5:
                raise Refused("files.broken")
            height, width = struct.unpack(">HH", frame[1:5])
            _check_pixels(width, height)
            break
        place += 2 + length
    stream.seek(place)
    # Phones append data of their own after the end, so the end may lie anywhere behind.
    if not _contains(stream, b"\xff\xd9"):
        raise Refused("files.broken")


def _check_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise Refused("files.broken")
    if width * height > PIXELS_MAX or max(width, height) > SIDE_MAX:
        raise Refused("files.image-size", width=width, height=height)


def _check_text(stream: BinaryIO) -> None:
    """Read it all as UTF-8 without control characters; refuse what a browser would run."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    beginning = ""
    while chunk := stream.read(CHUNK_BYTES):
        beginning = _next_text(decoder, chunk, beginning)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise Refused("files.kind") from None
    beginning = beginning.lower()
    if beginning.startswith(ACTIVE_TEXT) or ACTIVE_TAG.match(beginning):
        raise Refused("files.active")


def _next_text(decoder: codecs.IncrementalDecoder, chunk: bytes, beginning: str) -> str:
    try:
        text = decoder.decode(chunk)
    except UnicodeDecodeError:
        raise Refused("files.kind") from None
    if text.translate(_WITHOUT_CONTROLS) != text:
        raise Refused("files.kind")
    return (beginning + text).lstrip()[:ACTIVE_SEEN]


_WITHOUT_CONTROLS = dict.fromkeys(
    [code for code in range(0x20) if chr(code) not in "\t\n\r\f"] + [0x7F]
)


def _size(stream: BinaryIO) -> int:
    stream.seek(0, os.SEEK_END)
    return stream.tell()


def _contains(stream: BinaryIO, wanted: bytes) -> bool:
    carried = b""
    while chunk := stream.read(CHUNK_BYTES):
        if wanted in carried + chunk:
            return True
        carried = chunk[-(len(wanted) - 1) :]
    return False


_CHECKS: dict[str, Callable[[BinaryIO], None]] = {
    "pdf": portable.check,
    "png": _check_png,
    "jpeg": _check_jpeg,
}
