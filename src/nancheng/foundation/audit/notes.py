"""Roots noted outside the database: a file that only grows, so that no rewriting goes unseen."""

from __future__ import annotations

import json
import os
from pathlib import Path

from django.conf import settings


def file() -> Path:
    """Return the file of all roots sealed on this machine."""
    return Path(settings.NANCHENG_DATA) / "audit" / "roots.jsonl"


def write(number: int, *, day: str, root: str) -> None:
    """Note a root: one line, on the disk before this returns."""
    file().parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    line = json.dumps({"number": number, "day": day, "root": root}) + "\n"
    descriptor = os.open(file(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read() -> dict[int, str]:
    """Return the roots noted, by number; a line cut by a power failure is passed over."""
    try:
        lines = file().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    noted: dict[int, str] = {}
    for line in lines:
        try:
            one = json.loads(line)
        except ValueError:
            continue
        noted.setdefault(int(one["number"]), str(one["root"]))
    return noted
