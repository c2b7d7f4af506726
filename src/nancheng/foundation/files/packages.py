"""What a zip package of an Office file holds: nothing that runs, fetches, hides or bursts.

Called by ``contents``. Nothing is unpacked beyond what the limits allow.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import BinaryIO

from nancheng.kernel.refusal import Refused

ENTRIES_MAX = 5_000
UNPACKED_MAX = 300 << 20
# Spreadsheets of repeated rows pack about 30 : 1; bombs pack hundreds to one.
RATIO_MAX = 200
# An entry too small to matter may pack as tightly as it likes.
RATIO_FREE_BYTES = 1 << 20
CHUNK_BYTES = 1 << 16
# What describes the other parts; a real one takes some kilobytes.
DESCRIPTION_MAX = 2 << 20

# Of the parts of an Office file (ISO/IEC 29500): what makes it one kind, what must not be in it.
OFFICE_PARTS = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
MACROS = re.compile(r"vbaproject|vbadata|macrosheet|macroenabled|activex|xlintlmacro", re.I)
FETCHING_PARTS = re.compile(r"(externallinks/|connections\.xml$|querytables/)", re.I)
# A chart brings its figures along as a workbook; anything else inside is opened by another program.
EMBEDDED = re.compile(r"/embeddings/", re.I)
HARMLESS_EMBEDDED = (".xlsx", ".docx", ".pptx")
RELATIONSHIP = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>", re.S)
EXTERNAL = re.compile(r"""TargetMode\s*=\s*["']External["']""", re.I)
# Links that a person clicks; all other external targets are fetched when the file is opened.
CLICKED = re.compile(r"""Type\s*=\s*["'][^"']*/hyperlink["']""", re.I)
# A path on the reader's own machine, as Word keeps of the template a paper was begun from.
LOCAL = re.compile(
    r"""Target\s*=\s*["'](file:///[A-Za-z]:[\\/]|[A-Za-z]:[\\/]|Normal\.dotm?["'])""", re.I
)
IMPORTED = re.compile(r"""Type\s*=\s*["'][^"']*/(aFChunk|oleObject|control|attachedToolbars)["']""")
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    struct.error,
)


def office(stream: BinaryIO) -> str:
    """Return which Office kind a package is; any other zip is an archive.

    Raises ``Refused`` "files.broken", ".archive", ".two-faced", ".encrypted", ".bomb", ".macros"
    or ".external".
    """
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as package:
            entries = package.infolist()
            _check_entries(entries)
            names = {entry.filename for entry in entries}
            kind = _kind(names)
            _check_parts(names)
            for entry in entries:
                _check_body(stream, entry)
            _check_descriptions(package, entries)
    except UNREADABLE:
        raise Refused("files.broken") from None
    return kind


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ENTRIES_MAX:
        raise Refused("files.bomb")
    if len({entry.filename.lower() for entry in entries}) != len(entries):
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
    _check_overlap(entries)


def _check_overlap(entries: list[zipfile.ZipInfo]) -> None:
    """Entries that share bytes unpack to more than the file could hold."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise Refused("files.bomb")
        end = entry.header_offset + 30 + len(entry.filename.encode()) + entry.compress_size


def _kind(names: Iterable[str]) -> str:
    if "[Content_Types].xml" not in names:
        raise Refused("files.archive")
    kinds = [kind for kind, part in OFFICE_PARTS.items() if part in names]
    if len(kinds) != 1:
        raise Refused("files.archive")
    return kinds[0]


def _check_parts(names: Iterable[str]) -> None:
    for name in names:
        if MACROS.search(name):
            raise Refused("files.macros")
        if FETCHING_PARTS.search(name):
            raise Refused("files.external")
        if EMBEDDED.search(name) and not name.lower().endswith((*HARMLESS_EMBEDDED, "/", ".rels")):
            raise Refused("files.two-faced")


def _check_body(stream: BinaryIO, entry: zipfile.ZipInfo) -> None:
    """Unpack an entry to nowhere: it must come to what the directory says and not a byte more."""
    stream.seek(entry.header_offset)
    header = stream.read(30)
    if header[:4] != b"PK\x03\x04" or len(header) < 30:
        raise Refused("files.broken")
    name, extra = struct.unpack("<HH", header[26:30])
    if stream.read(name) != entry.orig_filename.encode(
        "utf-8" if entry.flag_bits & 0x800 else "cp437"
    ):
        raise Refused("files.two-faced")
    stream.seek(extra, 1)
    if entry.compress_type == zipfile.ZIP_STORED:
        if entry.compress_size != entry.file_size:
            raise Refused("files.bomb")
    elif entry.compress_type != zipfile.ZIP_DEFLATED:
        raise Refused("files.broken")  # the only two that ISO/IEC 29500-2 allows
    else:
        _inflate(stream, entry)


def _inflate(stream: BinaryIO, entry: zipfile.ZipInfo) -> None:
    inflate = zlib.decompressobj(-15)
    left, size = entry.compress_size, 0
    while left and not inflate.eof:
        part = inflate.unconsumed_tail or stream.read(min(CHUNK_BYTES, left))
        if not part:
            break
        size += len(inflate.decompress(part, CHUNK_BYTES))
        left -= len(part) - len(inflate.unconsumed_tail)
        if size > entry.file_size:
            raise Refused("files.bomb")
    if not inflate.eof or size != entry.file_size:
        raise Refused("files.broken")


def _check_descriptions(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Look at what the parts call themselves and where they point, whatever their names are."""
    for entry in entries:
        is_types = entry.filename == "[Content_Types].xml"
        if not is_types and not entry.filename.lower().endswith(".rels"):
            continue
        if entry.file_size > DESCRIPTION_MAX:
            raise Refused("files.bomb")
        text = _text(package.read(entry))
        if MACROS.search(text):
            raise Refused("files.macros")
        for tag in RELATIONSHIP.findall(text):
            if _fetches(tag):
                raise Refused("files.external")


def _fetches(tag: str) -> bool:
    if IMPORTED.search(tag):
        return True
    return bool(EXTERNAL.search(tag)) and not (CLICKED.search(tag) or LOCAL.search(tag))


def _text(body: bytes) -> str:
    """Return a description as text; entities could hide any word, and no Office writes them."""
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = body.decode(encoding)
    if "<!" in text.replace("<!--", "") or "&#" in text:
        raise Refused("files.two-faced")
    return text
