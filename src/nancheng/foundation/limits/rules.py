"""Rules of loaded notices and of extensions: what a file may say, and how far a limit stretches."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import ahead, calendars, limits
from nancheng.kernel.worktime.clocks import Roll

# A notice is a page of text; a larger file is something else. (ours)
FILE_MAX = 200_000
ROWS_MAX = 400
COLUMNS = ("date", "is_workday", "name", "notice")
# The years a notice may be for. (ours: before, there is nothing to count; later is a slip)
FIRST_YEAR, LAST_YEAR = 2000, 2100

SEED = Path(__file__).parent / "data" / "limits.csv"
CODE = re.compile(r"[A-Z][A-Z0-9_]{1,29}", re.ASCII)
CORRECTIONS = ("", "pause", "reset")
TEXTS = ("name", "name_en", "starts", "starts_en", "fixed", "extension_by", "source", "article")

Row = Mapping[str, str]


def read_notice(content: bytes, *, year: int) -> list[dict[str, str]]:
    """Return the rows of a notice's file, checked.

    A notice speaks of its own year, and now and then of a day of the December before. Raises
    Refused "limits.file-too-big", "limits.file-unreadable", "limits.file-columns",
    "limits.file-empty", "limits.not-of-year", and what ``calendars.from_rows`` raises.
    """
    if len(content) > FILE_MAX:
        raise Refused("limits.file-too-big", field="file", most=FILE_MAX // 1000)
    rows = _rows(_text(content))
    for number, row in enumerate(rows, start=1):
        on = _day(row)
        if on is not None and on.year != year and (on.year, on.month) != (year - 1, 12):
            raise Refused("limits.not-of-year", field="file", row=number, on=on, year=year)
    if not any(row["date"].startswith(f"{year}-") for row in rows):
        raise Refused("limits.file-empty", field="file", year=year)
    calendars.from_rows({**row, "version": "1"} for row in rows)
    return rows


def versioned(
    rows: Sequence[Row],
    *,
    kept: Mapping[int, Sequence[Row]],
    versions: Mapping[int, int],
    year: int,
) -> list[dict[str, str]]:
    """Return complete next versions of each year that a notice touches.

    The notice's own year is replaced as a whole; of the December before, only the days it names.
    ``kept`` are the rows in force by year, ``versions`` the last version of each year.
    """
    made: list[dict[str, str]] = []
    for touched in sorted({int(row["date"][:4]) for row in rows}):
        days = {row["date"]: row for row in kept.get(touched, ())} if touched != year else {}
        days |= {row["date"]: row for row in rows if row["date"].startswith(f"{touched}-")}
        version = str(versions.get(touched, 0) + 1)
        made.extend({**days[on], "version": version} for on in sorted(days))
    return made


def read_rules(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return rules of limits from their file, checked.

    Raises Refused "limits.row-unreadable" (row, column).
    """
    return [_rule(row, number=number) for number, row in enumerate(rows, start=1)]


def _rule(row: Row, *, number: int) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: (row.get(name) or "").strip()
        for name in (*TEXTS, "code", "length", "extension_length", "roll", "correction", "mark")
    }
    wrong = next((column for column, holds in CHECKS if not holds(given)), None)
    if wrong is not None:
        raise Refused("limits.row-unreadable", row=number, column=wrong)
    try:
        given["valid_from"] = date.fromisoformat(row["valid_from"])
        given["extension_count"] = int(row.get("extension_count") or 0)
    except ValueError:
        raise Refused("limits.row-unreadable", row=number, column="valid_from") from None
    return given


def _is_length(text: str) -> bool:
    try:
        limits.parse(text.removeprefix(ahead.PREFIX))
    except Refused:
        return False
    return True


CHECKS: tuple[tuple[str, Callable[[Mapping[str, str]], bool]], ...] = (
    ("code", lambda given: bool(CODE.fullmatch(given["code"]))),
    ("name", lambda given: bool(given["name"])),
    ("starts", lambda given: bool(given["starts"])),
    ("source", lambda given: bool(given["source"])),
    ("mark", lambda given: bool(given["mark"])),
    ("length", lambda given: _is_length(given["length"] or "1cd")),
    ("length", lambda given: bool(given["length"] or given["fixed"])),
    ("extension_length", lambda given: _is_length(given["extension_length"] or "1cd")),
    ("roll", lambda given: given["roll"] in set(Roll)),
    ("correction", lambda given: given["correction"] in CORRECTIONS),
)


@dataclass(frozen=True, slots=True)
class Stretching:
    """How far a rule lets a clock be extended, and what was granted before."""

    count: int
    length: str
    granted: Sequence[int]
    basis: str


def check_extension(asked: int, *, by: Stretching, unit: limits.Unit) -> None:
    """Refuse an extension beyond the rule.

    Raises Refused "limits.no-extension", "limits.extended-enough", "limits.extension-too-long".
    """
    if not by.length:
        raise Refused("limits.no-extension", field="days", basis=by.basis)
    if by.count and len(by.granted) >= by.count:
        raise Refused("limits.extended-enough", field="days", count=by.count, basis=by.basis)
    most = limits.parse(by.length)
    left = most.count - sum(by.granted)
    if most.unit is not unit or asked > left:
        raise Refused(
            "limits.extension-too-long", field="days", most=by.length, left=left, basis=by.basis
        )


def written_versions(versions: Mapping[int, int]) -> str:
    """Return the calendar versions that a projection stands on: "2026v1 2027v0"."""
    return " ".join(f"{year}v{version}" for year, version in sorted(versions.items()))


def read_versions(text: str) -> dict[int, int]:
    """Return calendar versions by year; ``written_versions`` made them."""
    pairs = (part.split("v") for part in text.split())
    return {int(year): int(version) for year, version in pairs}


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refused("limits.file-unreadable", field="file")


def _rows(text: str) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        if not set(COLUMNS) <= set(reader.fieldnames or ()):
            raise Refused("limits.file-columns", field="file", columns=", ".join(COLUMNS))
        rows = []
        for row in reader:
            rows.append({name: (row[name] or "").strip() for name in COLUMNS})
            if len(rows) > ROWS_MAX:
                raise Refused("limits.file-too-big", field="file", most=FILE_MAX // 1000)
    except csv.Error:
        raise Refused("limits.file-unreadable", field="file") from None
    return rows


def _day(row: Row) -> date | None:
    try:
        return date.fromisoformat(row["date"])
    except ValueError:
        # ``calendars.from_rows`` names the row and the column.
        return None
