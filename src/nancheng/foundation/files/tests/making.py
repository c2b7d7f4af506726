"""Small contents of each kind, and of each trick."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from datetime import UTC, date, datetime

from django.apps import apps

from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.rules import Actor

AT = datetime(2020, 9, 15, 1, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
CSV = "\ufeff编号,名称\n1,演示\n".encode()
PHP = b"<?php system($_GET['c']); ?>"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 2, height: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * (3 * 4 + 2))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def jpeg(width: int = 2, height: int = 2, *, end: bytes = b"\xff\xd9") -> bytes:
    application = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\x01\x02\0\0\x01\0\x01\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8, 8, height, width, 0)
    return b"\xff\xd8" + application + frame + b"\xff\xda\0\x02\x11\x22\x33" + end


def package(parts: dict[str, bytes], *, types: bool = True) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        if types:
            made.writestr("[Content_Types].xml", "<Types/>")
        for name, body in parts.items():
            made.writestr(name, body)
    return out.getvalue()


def xlsx(**parts: bytes) -> bytes:
    return package({"xl/workbook.xml": b"<workbook/>", **parts})


def docx(**parts: bytes) -> bytes:
    return package({"word/document.xml": b"<document/>", **parts})


def an_actor(username: str) -> Actor:
    people.put_department(code="office", name="演示办公室", name_en="Demo office")
    people.put_duty(code="clerk", name="演示职责", name_en="Demo duty", grants={})
    people.put_post(department="office", duty="clerk", name="演示岗", name_en="Demo post")
    people.put_person(username=username, name="演示人员", password="demo-password-000000")
    people.appoint(
        username=username, department="office", duty="clerk", active_from=date(2020, 1, 1)
    )
    return people_queries.actor_of(username=username, on=date(2020, 9, 15))


def a_case(by: Actor, number: str = "YS-2020-000001") -> int:
    """Return the id of a bare case; the app that owns cases stands above this one."""
    process, _ = apps.get_model("cases.ProcessVersion").objects.get_or_create(
        key="demo",
        version=1,
        defaults={"name": "演示", "xml": b"", "hash": "0" * 64, "deployed_at": AT},
    )
    case = apps.get_model("cases.Case").objects.create(
        number=number,
        kind="demo",
        title="演示办件",
        process=process,
        department_id=by.department_id,
        opened_by_id=by.identity_id,
        opened_at=AT,
    )
    return int(case.pk)
