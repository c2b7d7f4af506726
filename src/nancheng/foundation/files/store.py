"""Contents on disk, each under its SHA-256: whole and synced, or not there at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from nancheng.kernel.refusal import Refused

CHUNK_BYTES = 1 << 16
HASH = re.compile(r"[0-9a-f]{64}")
NO_ROOM = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG}
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A content that is on disk."""

    sha256: str
    size: int


def folder() -> Path:
    """Return the folder of all contents."""
    return Path(settings.NANCHENG_DATA) / "files"


def path(sha256: str) -> Path:
    """Return where a content lies: aa/bb/aabb…"""
    assert HASH.fullmatch(sha256), sha256
    return folder() / sha256[:2] / sha256[2:4] / sha256


def keep(stream: BinaryIO, *, most: int) -> Kept:
    """Write a content and return its hash and size in bytes; one that is there is shared.

    Raises ``Refused`` "files.too-large" beyond ``most`` bytes, and "files.no-room" when the disk
    is full or read-only; nothing half-written stays behind.
    """
    try:
        return _keep(stream, most)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise Refused("files.no-room") from error
        raise


def opened(sha256: str) -> io.BufferedReader:
    """Return a content for reading; a link in its place is none. Raises ``FileNotFoundError``."""
    try:
        return os.fdopen(os.open(path(sha256), os.O_RDONLY | os.O_NOFOLLOW), "rb")
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise FileNotFoundError(sha256) from error
        raise


def is_whole(sha256: str) -> bool:
    """Say whether a content is there and still is what its name says."""
    try:
        with opened(sha256) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def swept_at() -> float:
    """Return when the folder was last swept, in seconds since 1970; 0 if never."""
    try:
        return (folder() / "swept").stat().st_mtime
    except FileNotFoundError:
        return 0


def note_sweep(at: float) -> None:
    """Note that the folder was swept at a time, in seconds since 1970."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o750)
    (folder() / "swept").touch()
    os.utime(folder() / "swept", (at, at))


def contents() -> Iterator[Path]:
    """Yield the file of every content."""
    yield from (each for each in folder().glob("??/??/*") if len(each.name) == 64)


def leftovers() -> Iterator[Path]:
    """Yield what interrupted uploads left behind."""
    yield from (folder() / "incoming").glob("upload-*")


def _keep(stream: BinaryIO, most: int) -> Kept:
    incoming = folder() / "incoming"
    incoming.mkdir(parents=True, exist_ok=True, mode=0o750)
    descriptor, name = tempfile.mkstemp(prefix="upload-", dir=incoming)
    try:
        with os.fdopen(descriptor, "wb") as out:
            kept = _copy(stream, out, most)
            out.flush()
            os.fsync(out.fileno())
        _settle(Path(name), kept.sha256)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
    return kept


def _copy(stream: BinaryIO, out: BinaryIO, most: int) -> Kept:
    stream.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK_BYTES):
        size += len(chunk)
        if size > most:
            raise Refused("files.too-large", most_mb=most >> 20)
        digest.update(chunk)
        out.write(chunk)
    return Kept(digest.hexdigest(), size)


def _settle(written: Path, sha256: str) -> None:
    place = path(sha256)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    # What a failing disk or somebody's hand has damaged is put right, not shared.
    if is_whole(sha256):
        # Touched, so that the sweeper does not take it away before the row is there.
        os.utime(place)
        return
    written.chmod(0o440)
    written.replace(place)
    # The name must survive a power cut as well as the bytes do.
    for parent in (place.parent, place.parent.parent, folder()):
        _sync_folder(parent)


def _sync_folder(each: Path) -> None:
    descriptor = os.open(each, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
