"""Kinds by content, and every trick with its own refusal."""

from __future__ import annotations

import io
import struct
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.files import contents
from nancheng.foundation.files.tests import making
from nancheng.kernel.refusal import Refused

GOOD = {
    "pdf": making.PDF,
    "png": making.png(),
    "jpeg": making.jpeg(),
    "xlsx": making.xlsx(),
    "docx": making.docx(),
    "txt": "演示\tdemo\r\n".encode(),
}


def kind(content: bytes, name: str = "") -> str:
    return contents.recognise(io.BytesIO(content), name=name)


@pytest.mark.parametrize("expected", GOOD)
@pytest.mark.parametrize("name", ["", "a.exe", "a.pdf", "a.png"])
def test_the_name_counts_for_nothing(expected: str, name: str) -> None:
    assert kind(GOOD[expected], name) == expected


def test_only_text_may_call_itself_a_table() -> None:
    assert kind(making.CSV, "台账.CSV") == "csv"
    assert kind(making.CSV, "台账.txt") == "txt"
    assert kind(making.png(), "台账.csv") == "png"


def test_a_workbook_of_a_real_library_is_recognised() -> None:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["项目", 1_212_000_000])
    book.save(out)
    assert kind(out.getvalue()) == "xlsx"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "files.empty"),
        (b"Rar!\x1a\x07\x01\x00", "files.archive"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "files.archive"),
        (b"\x1f\x8b\x08\x00", "files.archive"),
        (making.package({"a.txt": b"1"}, types=False), "files.archive"),
        (making.package({"a.txt": b"1"}), "files.archive"),
        (making.package({}, types=False), "files.archive"),
        (making.xlsx(**{"word/document.xml": b"<document/>"}), "files.archive"),
        (making.xlsx(**{"../../etc/passwd": b"x"}), "files.archive"),
        (making.xlsx(**{"xl/vbaProject.bin": b"x"}), "files.macros"),
        (making.xlsx(**{"xl/sheet.xml": b"\0" * (8 << 20)}), "files.bomb"),
        (making.xlsx()[:-30], "files.broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 8, "files.old-office"),
        (making.png()[:-4], "files.broken"),
        (making.png() + b"\0", "files.two-faced"),
        (making.png() + making.PHP, "files.two-faced"),
        (making.png(30_000, 2), "files.image-size"),
        (making.png(10_000, 10_000), "files.image-size"),
        (making.png(0, 2), "files.broken"),
        (b"\x89PNG\r\n\x1a\n" + making.chunk(b"IDAT", b""), "files.broken"),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 2**31, b"IHDR"), "files.broken"),
        (making.jpeg(65_000, 65_000), "files.image-size"),
        (making.jpeg(end=b""), "files.broken"),
        (b"\xff\xd8\xff\xe0\x00\x00", "files.broken"),
        (b"\xff\xd8\xff\xd9", "files.broken"),
        (making.jpeg() + making.package({"a": b"1"}, types=False), "files.two-faced"),
        (making.PDF + making.package({"a": b"1"}, types=False), "files.two-faced"),
        (making.PDF[:-7], "files.broken"),
        (b"MZ\x90\x00\x03\x00", "files.kind"),
        (b"\x7fELF\x02\x01\x01\x00", "files.kind"),
        ("中文".encode("gb18030"), "files.kind"),
        (b"text with a \x00 in it", "files.kind"),
        (b"text with \x1b[31m colour", "files.kind"),
        ("中".encode()[:-1], "files.kind"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "files.active"),
        (b"\xef\xbb\xbf \n\t<svg onload='x'/>", "files.active"),
        (b" " * 70_000 + b"<html>", "files.active"),
        (making.PHP, "files.active"),
        (b"#!/bin/sh\nrm -rf /\n", "files.active"),
    ],
)
def test_every_trick_has_its_own_refusal(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        kind(content, "无害.pdf")
    assert caught.value.code == code


def test_a_picture_too_large_says_its_size() -> None:
    with pytest.raises(Refused) as caught:
        kind(making.png(30_000, 2))
    assert caught.value.figures == {"width": 30_000, "height": 2}


def test_an_encrypted_package_is_refused() -> None:
    content = bytearray(making.xlsx())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(signature)
        content[place + offset] |= 1
    with pytest.raises(Refused, match=r"files\.encrypted"):
        kind(bytes(content))


def test_a_photograph_with_data_behind_its_end_is_accepted() -> None:
    assert kind(making.jpeg() + b"SEFH phone's own notes") == "jpeg"


def test_the_end_of_a_photograph_is_found_across_two_chunks() -> None:
    body = b"\x11" * (contents.CHUNK_BYTES - 1 - 11)
    for shift in range(4):
        content = making.jpeg(end=body + b"\x22" * shift + b"\xff\xd9")
        assert kind(content) == "jpeg"


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_file_cut_at_any_byte_is_recognised_or_refused(name: str) -> None:
    # Every cut of the head, where fixed fields are read; further in, the next test draws them.
    for cut in range(min(len(GOOD[name]), 200)):
        with suppress(Refused):
            kind(GOOD[name][:cut])


@given(st.binary(max_size=200))
def test_any_bytes_are_recognised_or_refused_never_an_error(content: bytes) -> None:
    with suppress(Refused):
        assert kind(content) in GOOD


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_damaged_file_is_recognised_or_refused_never_an_error(
    name: str, data: st.DataObject
) -> None:
    content = bytearray(GOOD[name])
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    with suppress(Refused):
        kind(bytes(content[:cut]))
