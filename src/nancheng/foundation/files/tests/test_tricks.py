"""Files with tricks: what runs, fetches, hides or bursts is refused; what offices send is not."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import openpyxl
import pytest

from nancheng.foundation.files import contents, packages, portable
from nancheng.foundation.files.tests import making
from nancheng.kernel.refusal import Refused

RELATIONS = "<Relationships>{}</Relationships>"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def kind(content: bytes, name: str = "无害.pdf") -> str:
    return contents.recognise(io.BytesIO(content), name=name)


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        kind(content)
    return caught.value.code


def relation(kind: str, target: str, *, mode: str = "External") -> bytes:
    tag = f'<Relationship Id="r1" Type="{OFFICE}{kind}" Target="{target}" TargetMode="{mode}"/>'
    return RELATIONS.format(tag).encode()


def pdf(*objects: bytes) -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, each) for n, each in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def packed(body: bytes, extra: bytes = b"") -> bytes:
    body = zlib.compress(body)
    head = b"<</Type/ObjStm/Filter/FlateDecode%s/Length %d>>" % (extra, len(body))
    return head + b"\nstream\r\n" + body + b"\nendstream"


# --- Office ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"xl/externalLinks/externalLink1.xml": b"<x/>"}, "files.external"),
        ({"xl/connections.xml": b"<x/>"}, "files.external"),
        ({"xl/queryTables/queryTable1.xml": b"<x/>"}, "files.external"),
        ({"xl/macrosheets/sheet1.xml": b"<x/>"}, "files.macros"),
        ({"xl/activeX/activeX1.xml": b"<x/>"}, "files.macros"),
        ({"xl/VBAPROJECT.BIN": b"x"}, "files.macros"),
        ({"xl/embeddings/oleObject1.bin": b"x"}, "files.two-faced"),
        ({"xl/embeddings/setup.exe": b"MZ"}, "files.two-faced"),
        (
            {"xl/_rels/w.xml.rels": relation("oleObject", "o.bin", mode="Internal")},
            "files.external",
        ),
        ({"xl/_rels/w.xml.rels": relation("aFChunk", "c.html", mode="Internal")}, "files.external"),
        ({"xl/_rels/w.xml.rels": relation("image", "http://x.example/1.png")}, "files.external"),
        ({"a/_rels/b.RELS": relation("attachedTemplate", "https://x/t.dotm")}, "files.external"),
        ({"a/_rels/b.rels": relation("attachedTemplate", r"\\host\t.dotm")}, "files.external"),
        ({"a/_rels/b.rels": relation("frame", "file://host/share/x")}, "files.external"),
        (
            {"a/_rels/b.rels": relation("image", "http://x/1").decode().encode("utf-16")},
            "files.external",
        ),
        (
            {"a/_rels/b.rels": b'<!DOCTYPE x [<!ENTITY e "External">]><Relationships/>'},
            "files.two-faced",
        ),
        ({"a/_rels/b.rels": b'<Relationship TargetMode="&#69;xternal"/>'}, "files.two-faced"),
        ({"a/_rels/b.rels": b"\xff\xff"}, "files.broken"),
    ],
)
def test_what_an_office_file_would_run_or_fetch_is_refused(
    parts: dict[str, bytes], code: str
) -> None:
    assert refusal(making.xlsx(**parts)) == code
    assert refusal(making.docx(**parts)) == code


def test_macros_under_another_name_are_found_by_what_they_call_themselves() -> None:
    kind_of = "application/vnd.ms-office.vbaProject"
    types = f'<Types><Override PartName="/x.bin" ContentType="{kind_of}"/></Types>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", types)
        made.writestr("xl/workbook.xml", "<workbook/>")
        made.writestr("x.bin", b"x")
    assert refusal(out.getvalue()) == "files.macros"


@pytest.mark.parametrize(
    "parts",
    [
        {"a/_rels/b.rels": relation("hyperlink", "https://www.gov.example/")},
        {"a/_rels/b.rels": relation("attachedTemplate", r"file:///C:\Users\x\Normal.dotm")},
        {"a/_rels/b.rels": relation("attachedTemplate", "Normal.dotm")},
        {"xl/embeddings/Microsoft_Excel_Sheet1.xlsx": making.xlsx()},
    ],
)
def test_what_offices_really_send_is_taken(parts: dict[str, bytes]) -> None:
    assert kind(making.xlsx(**parts)) == "xlsx"
    assert kind(making.docx(**parts)) == "docx"


def test_a_real_workbook_with_a_link_to_click_is_taken() -> None:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "网站"
    book.active["A1"].hyperlink = "https://www.gov.example/"
    book.save(out)
    assert kind(out.getvalue()) == "xlsx"


def bent(content: bytes, name: str, at: int, value: bytes) -> bytes:
    """Change the directory's entry of a part: 16 is the checksum, 24 the size, 46 the name."""
    bent = bytearray(content)
    place = content.index(b"PK\x01\x02")
    while content[place + 46 : place + 46 + len(name)] != name.encode():
        place = content.index(b"PK\x01\x02", place + 4)
    bent[place + at : place + at + len(value)] = value
    return bytes(bent)


def test_a_bomb_that_lies_about_its_size_is_unmasked() -> None:
    body = b"\0" * (4 << 20)
    bomb = making.xlsx(**{"xl/sheet.xml": body})
    lie = struct.pack("<I", 100)
    small = bent(bomb, "xl/sheet.xml", 24, lie)
    honest_sum = struct.pack("<I", zlib.crc32(body[:100]))
    assert refusal(bent(small, "xl/sheet.xml", 16, honest_sum)) == "files.bomb"


def test_two_names_for_one_part_are_refused() -> None:
    content = making.xlsx(**{"xl/sheet.xml": b"<sheet/>"})
    assert refusal(bent(content, "xl/sheet.xml", 46, b"xl/sheet.exe")) == "files.two-faced"


def test_entries_that_share_their_bytes_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/workbook.xml", "<workbook/>")
        made.writestr("xl/a.xml", b"x" * 1000)
        again = made.getinfo("xl/a.xml")
        twin = zipfile.ZipInfo("xl/b.xml")
        twin.header_offset, twin.CRC = again.header_offset, again.CRC
        twin.compress_size = twin.file_size = again.file_size
        made.filelist.append(twin)
        made.NameToInfo["xl/b.xml"] = twin
    assert refusal(out.getvalue()) == "files.bomb"


def test_many_entries_and_much_in_all_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "ENTRIES_MAX", 4)
    assert refusal(making.xlsx(**{f"xl/{n}.xml": b"" for n in range(4)})) == "files.bomb"
    monkeypatch.setattr(packages, "UNPACKED_MAX", 1000)
    assert refusal(making.xlsx(**{"xl/a.xml": b"ab" * 600})) == "files.bomb"


# --- PDF ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        pdf(b"<</OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>"),
        pdf(b"<</S /Launch /F (cmd.exe)>>"),
        pdf(b"<</S/J#61vaScript/JS(x)>>"),
        pdf(b"<</S/#4Aava#53cript/JS(x)>>"),
        pdf(b"<</Subtype/RichMedia>>"),
        pdf(packed(b"1 0 <</S/JavaScript/JS(x)>>")),
        pdf(packed(b"1 0 <</S/#4aavaScript/JS(x)>>")),
        pdf(packed(zlib.compress(b"1 0 <</S/Launch/F(x)>>"))),
        pdf(b"<</Type/ObjStm/Filter/ASCIIHexDecode>>\nstream\n2f>\nendstream"),
        pdf(b"<</Type/Obj#53tm/Filter[/LZWDecode]>>\nstream\nxx\nendstream"),
    ],
)
def test_a_paper_that_runs_something_is_refused_wherever_it_hides_it(content: bytes) -> None:
    assert refusal(content) == "files.pdf-active"


def test_an_encrypted_paper_is_refused() -> None:
    assert refusal(pdf(b"<</Encrypt 5 0 R>>")) == "files.encrypted"


def test_a_paper_that_bursts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portable, "UNPACKED_MAX", 1 << 20)
    assert refusal(pdf(packed(b"\0" * (2 << 20)))) == "files.bomb"
    assert refusal(pdf(*[packed(b"\0" * (300 << 10))] * 4)) == "files.bomb"


def test_ordinary_papers_are_taken() -> None:
    page = packed(b"BT /F1 12 Tf (JavaScript launched in 2020) Tj ET")
    picture = b"<</Filter/DCTDecode>>\nstream\r\n\xff\xd8 not packed\nendstream"
    cut = b"<</Filter/FlateDecode>>\nstream\r\n\x78\x9cbroken\nendstream"
    assert kind(pdf(page, picture, cut, b"<</OpenAction[3 0 R /Fit]>>")) == "pdf"


# --- pictures and texts ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", [b"zTXt", b"iCCP", b"iTXt"])
def test_a_note_in_a_picture_that_bursts_is_refused(name: bytes) -> None:
    head = {b"zTXt": b"k\0\0", b"iCCP": b"k\0\0", b"iTXt": b"k\0\1\0\0\0"}[name]
    small = making.png()
    for size, expected in ((1 << 10, "png"), (16 << 20, "files.bomb")):
        note = making.chunk(name, head + zlib.compress(b"\0" * size))
        content = small[:33] + note + small[33:]
        assert (kind(content) if expected == "png" else refusal(content)) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"<!-- a comment --><script>alert(1)</script>",
        b"<body onload=alert(1)>",
        b"<iframe src=//x>",
        b"<%@ page language='java' %>",
        b"{\\rtf1\\ansi{\\object}}",
        b"[InternetShortcut]\r\nURL=file://host/x",
        b"[Desktop Entry]\nExec=sh",
    ],
)
def test_text_that_a_system_would_run_or_open_is_refused(content: bytes) -> None:
    assert refusal(content) == "files.active"


@pytest.mark.parametrize("content", [b"<5 % of the cases", b"a < b", "［说明］<甲>".encode()])
def test_text_with_a_sign_in_it_is_text(content: bytes) -> None:
    assert kind(content) == "txt"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"GIF89a\x01\x00\x01\x00\x80\x00", "files.kind"),
        (b"GIF87a\xff\xff\xff\xff\x80\x00", "files.kind"),
        (b"\x00\x00\x01\x00\x01\x00", "files.kind"),
        (b"RIFF\x00\x00\x00\x00WEBP", "files.kind"),
        ("<svg onload=alert(1)>".encode("utf-16"), "files.kind"),
    ],
)
def test_pictures_we_do_not_take_are_refused(content: bytes, expected: str) -> None:
    assert refusal(content) == expected
