"""The file of a backup: a zip whose manifest holds a checksum of every other member.

It appears under its name only when it is whole and on the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from nancheng.kernel.refusal import Refused

FORMAT = "nancheng-backup-1"
MANIFEST = "manifest.json"
CHUNK_BYTES = 1 << 20
# A zip knows nothing earlier; the time of making stands in the manifest.
NO_DATE = (1980, 1, 1, 0, 0, 0)
# What the zip module raises over bytes that are not what they were.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)


class Writer:
    """Members going into an archive, each with its checksum."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.sums: dict[str, str] = {}

    def put(self, name: str, parts: Iterable[bytes], *, packed: bool = True) -> str:
        """Write a member; return its SHA-256."""
        member = zipfile.ZipInfo(name, NO_DATE)
        member.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        digest = hashlib.sha256()
        with self.package.open(member, "w", force_zip64=True) as out:
            for part in parts:
                digest.update(part)
                out.write(part)
        self.sums[name] = digest.hexdigest()
        return self.sums[name]

    def close(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest, last of all."""
        body = {"format": FORMAT, **manifest, "sums": self.sums}
        self.put(MANIFEST, [json.dumps(body, ensure_ascii=False, indent=1).encode()])


@contextmanager
def written(target: Path) -> Iterator[Writer]:
    """Write an archive; what is interrupted leaves nothing under the name.

    Raises ``Refused`` "backups.target-exists".
    """
    if target.exists():
        raise Refused("backups.target-exists", target=str(target))
    partial = target.with_name(f".{target.name}.partial")
    # It holds what people may not all see: for the owner of the process alone.
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as out:
            with zipfile.ZipFile(out, "w", compresslevel=3) as package:
                yield Writer(package)
            out.flush()
            os.fsync(out.fileno())
        partial.rename(target)
        _sync(target.parent)
    finally:
        with contextlib.suppress(FileNotFoundError):
            partial.unlink()


class Reader:
    """An archive that was read whole and found to be what its manifest says."""

    def __init__(self, package: zipfile.ZipFile, manifest: Mapping[str, Any]) -> None:
        self.package = package
        self.manifest = manifest

    def member(self, name: str) -> IO[bytes]:
        """Open a member."""
        return self.package.open(name)

    def lines(self, name: str) -> Iterator[Any]:
        """Yield a member's lines of JSON."""
        with self.member(name) as lines:
            for line in lines:
                yield json.loads(line)

    def named(self, folder: str) -> list[str]:
        """Return the members in a folder."""
        return [name for name in self.manifest["sums"] if name.startswith(folder)]


@contextmanager
def opened(file: Path) -> Iterator[Reader]:
    """Read an archive and check every member before anything is done with it.

    Raises ``Refused`` "backups.not-a-backup" or "backups.broken" (member).
    """
    try:
        package = zipfile.ZipFile(file)
    except UNREADABLE:
        raise Refused("backups.not-a-backup", file=str(file)) from None
    with package:
        manifest = _manifest(package, file)
        for name, said in manifest["sums"].items():
            if _digest(package, name) != said:
                raise Refused("backups.broken", member=name)
        yield Reader(package, manifest)


def _manifest(package: zipfile.ZipFile, file: Path) -> Mapping[str, Any]:
    try:
        manifest: Mapping[str, Any] = json.loads(package.read(MANIFEST))
        known = manifest["format"] == FORMAT and isinstance(manifest["sums"], dict)
    except (*UNREADABLE, TypeError):
        known = False
    if not known:
        raise Refused("backups.not-a-backup", file=str(file))
    return manifest


def _digest(package: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with package.open(name) as member:
            while part := member.read(CHUNK_BYTES):
                digest.update(part)
    except UNREADABLE:
        return ""
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
