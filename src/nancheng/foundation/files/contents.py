"""What a file is, found by reading it: its name and what the browser says count for nothing.

``recognise`` returns the kind or refuses with the reason. It reads the whole of a text and the
outline of anything else, and never unpacks more than the limits allow.
"""

from __future__ import annotations

import codecs
import os
import struct
import zipfile
from collections.abc import Callable
from typing import BinaryIO

from nancheng.kernel.refusal import Refused

# Our limits. A 50-megapixel photograph is 8165 × 6124; a scan of A3 at 600 dpi is 9921 × 7016.
PIXELS_MAX = 80_000_000
SIDE_MAX = 20_000
ENTRIES_MAX = 5_000
UNPACKED_MAX = 300 << 20
# Spreadsheets of repeated rows pack about 30 : 1; bombs pack hundreds to one.
RATIO_MAX = 200
# An entry too small to matter may pack as tightly as it likes.
RATIO_FREE_BYTES = 1 << 20
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
ACTIVE_TEXT = ("<!doctype", "<html", "<svg", "<script", "<?xml", "<?php", "#!", "mime-version:")
ACTIVE_SEEN = max(len(each) for each in ACTIVE_TEXT)
# Of the parts of an Office file: what makes it one kind, and what must not be in it.
OFFICE_PARTS = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
MACRO_PARTS = ("vbaproject.bin", "vbadata.xml")
# JPEG frame headers (ITU-T T.81, table B.1): SOF0 to SOF15 without DHT, JPG and DAC.
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_BARE = frozenset(range(0xD0, 0xD8)) | {0x01}


def recognise(stream: BinaryIO, *, name: str = "") -> str:
    """Return the kind of a content: pdf, png, jpeg, xlsx, docx, csv or txt.

    ``name`` only tells a table of text (.csv) from other text. Raises ``Refused`` "files.empty",
    ".archive", ".old-office", ".broken", ".two-faced", ".macros", ".bomb", ".image-size",
    ".active" or ".kind".
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
        return _office(stream)
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


def _check_pdf(stream: BinaryIO) -> None:
    stream.seek(0, os.SEEK_END)
    stream.seek(max(0, stream.tell() - 2048))
    # ISO 32000-1, 7.5.5: the last line is %%EOF; scanners append blanks and a few bytes.
    if b"%%EOF" not in stream.read():
        raise Refused("files.broken")


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
        place += 12 + length
        if place > end:
            raise Refused("files.broken")
        if kind == b"IEND":
            break
    if place != end:
        raise Refused("files.two-faced")


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


def _office(stream: BinaryIO) -> str:
    """Return which Office kind a zip file is, by its inner names; any other zip is an archive."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        raise Refused("files.broken") from None
    _check_entries(entries)
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names:
        raise Refused("files.archive")
    if any(name.lower().endswith(MACRO_PARTS) for name in names):
        raise Refused("files.macros")
    kinds = [kind for kind, part in OFFICE_PARTS.items() if part in names]
    if len(kinds) != 1:
        raise Refused("files.archive")
    return kinds[0]


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ENTRIES_MAX:
        raise Refused("files.bomb")
    if len({entry.filename for entry in entries}) != len(entries):
        raise Refused("files.two-faced")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Refused("files.encrypted")
        if ".." in entry.filename.split("/") or entry.filename.startswith(("/", "\\")):
            raise Refused("files.archive")
        tight = entry.file_size > RATIO_MAX * max(1, entry.compress_size)
        if tight and entry.file_size > RATIO_FREE_BYTES:
            raise Refused("files.bomb")
    if sum(entry.file_size for entry in entries) > UNPACKED_MAX:
        raise Refused("files.bomb")


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
    if beginning.lower().startswith(ACTIVE_TEXT):
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
    "pdf": _check_pdf,
    "png": _check_png,
    "jpeg": _check_jpeg,
}
