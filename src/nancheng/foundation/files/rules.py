"""What may be handed in, and under which name it is kept. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from nancheng.kernel.refusal import Refused

# Our choice: the kinds of paper the offices exchange, by name of kind → the endings it goes by.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "pdf": (".pdf",),
    "png": (".png",),
    "jpeg": (".jpg", ".jpeg"),
    "xlsx": (".xlsx",),
    "docx": (".docx",),
    "csv": (".csv",),
    "txt": (".txt", ".log", ".md"),
}
# RFC 6838 media types as registered with IANA.
MEDIA_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
# Usual limit of file systems is 255 bytes; room is left for what a browser adds.
NAME_BYTES_MAX = 180
UNNAMED = "未命名"
# Windows does not open these, with any ending (its naming rules for files).
RESERVED = frozenset(
    ["con", "prn", "aux", "nul"]
    + [f"com{number}" for number in range(1, 10)]
    + [f"lpt{number}" for number in range(1, 10)]
)
_NOT_IN_NAMES = '<>:"|?*%'
# Our choice: a phone's clock may run ahead of ours by this much.
CLOCK_SKEW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Evidence:
    """When and where a photograph was taken, as the form gives it: WGS 84 degrees, metres."""

    taken_at: datetime | None = None
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    accuracy_m: int | None = None


def tidy_name(typed: str, kind: str) -> str:
    """Return a harmless file name that says what the content is.

    Folders, control and direction characters, and what systems do not allow are taken out; a name
    whose ending does not belong to the kind gets the kind's own ending added.
    """
    last = unicodedata.normalize("NFC", typed).replace("\\", "/").rpartition("/")[2]
    shown = "".join(
        "_" if character in _NOT_IN_NAMES else character
        for character in " ".join(last.split())
        if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    name = " ".join(shown.split()).strip(". ") or UNNAMED
    if name.partition(".")[0].strip().lower() in RESERVED:
        name = f"_{name}"
    endings = ENDINGS[kind]
    ending = next((each for each in endings if name.lower().endswith(each)), "")
    stem = name[: -len(ending)] if ending else name
    return _cut(stem.rstrip(". ") or UNNAMED, NAME_BYTES_MAX) + (ending or endings[0])


def check_evidence(evidence: Evidence, *, at: datetime) -> None:
    """Refuse a photograph of the future or of nowhere.

    Raises ``Refused`` "files.evidence.time" or "files.evidence.place".
    """
    if evidence.taken_at is not None and evidence.taken_at > at + CLOCK_SKEW:
        raise Refused("files.evidence.time", field="taken_at", taken_at=evidence.taken_at)
    longitude, latitude = evidence.longitude, evidence.latitude
    whole = (longitude is None) == (latitude is None)
    if not whole or not _on_earth(longitude, 180) or not _on_earth(latitude, 90):
        raise Refused("files.evidence.place", field="longitude")


def _on_earth(degrees: Decimal | None, most: int) -> bool:
    return degrees is None or (degrees.is_finite() and -most <= degrees <= most)


def _cut(stem: str, most: int) -> str:
    return stem.encode()[:most].decode(errors="ignore").rstrip(". ")
