"""The front-end libraries we ship: pinned, with their licences, without source-map comments.

``python scripts/vendor.py`` fetches each pinned package with npm's own client, takes the built
files out of it, and writes ``manifest.json`` beside them (version and sha256 of every file).
``--check`` fetches nothing and fails when a file is not what the manifest says. npm is needed to
refresh only; nobody who installs or runs the platform needs it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src/nancheng/foundation/web/static/web/vendor"
MANIFEST = VENDOR / "manifest.json"
# A map that is not there fails the build of hashed static files.
SOURCE_MAP = re.compile(rb"\n?(//[#@] sourceMappingURL=\S+|/\*[#@] sourceMappingURL=.*?\*/)\s*$")


@dataclass(frozen=True, slots=True)
class Library:
    """One package: where its files go, and which they are."""

    folder: str
    package: str
    version: str
    licence: str
    files: tuple[str, ...]
    licence_file: str = "LICENSE"


LIBRARIES = (Library("htmx", "htmx.org", "4.0.1", "0BSD", ("dist/htmx.min.js",)),)


def main() -> int:
    """Run the command; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        entries = [entry for library in LIBRARIES for entry in refresh(library)]
        MANIFEST.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    faults = list(judged(json.loads(MANIFEST.read_text(encoding="utf-8"))))
    print("\n".join(faults) or "every vendored file is what the manifest says")
    return 1 if faults else 0


def refresh(library: Library) -> Iterator[dict[str, str]]:
    """Fetch one package and put its files in place; yield what the manifest says of them."""
    folder = VENDOR / library.folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        package = fetched(library, scratch=Path(scratch))
        (folder / "LICENSE").write_bytes(taken(package, library.licence_file))
        for name in library.files:
            content = SOURCE_MAP.sub(b"\n", taken(package, name))
            file = folder / Path(name).name
            file.write_bytes(content)
            yield {
                "file": file.relative_to(VENDOR).as_posix(),
                "package": library.package,
                "version": library.version,
                "licence": library.licence,
                "licence_file": f"{library.folder}/LICENSE",
                "sha256": hashlib.sha256(content).hexdigest(),
            }


def fetched(library: Library, *, scratch: Path) -> Path:
    """Return the package's archive, fetched and checked by npm."""
    wanted = f"{library.package}@{library.version}"
    subprocess.run(["npm", "pack", "--silent", wanted], cwd=scratch, check=True)
    return next(scratch.glob("*.tgz"))


def taken(package: Path, name: str) -> bytes:
    """Return one file of an archive; nothing is unpacked to the disk."""
    with tarfile.open(package) as archive:
        member = archive.extractfile(f"package/{name}")
        assert member is not None, name
        return member.read()


def judged(entries: Iterable[dict[str, str]]) -> Iterator[str]:
    """Yield what is wrong with the files in place."""
    for entry in entries:
        file = VENDOR / entry["file"]
        if not file.exists():
            yield f"{entry['file']}: missing"
        elif hashlib.sha256(file.read_bytes()).hexdigest() != entry["sha256"]:
            yield f"{entry['file']}: changed by hand"
        elif not (VENDOR / entry["licence_file"]).exists():
            yield f"{entry['file']}: without its licence"


if __name__ == "__main__":
    sys.exit(main())
