"""The texts of the interface: Chinese in the sources, English in each app's catalogue.

``python scripts/messages.py [app …]`` takes the texts out of sources and templates, merges them
into ``locale/en/LC_MESSAGES/django.po`` of their app and compiles it. ``--check`` changes nothing
and fails when a text lacks its English or a catalogue is behind. ``--missing`` prints what has no
English yet.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "nancheng"
KEYWORDS = DEFAULT_KEYWORDS | {"gettext_lazy": None, "ngettext_lazy": (1, 2)}
TEMPLATES = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "trimmed": "true", "silent": "false"}
# The compiled form holds dates; a fixed one lets the same texts give the same file.
NO_DATE = datetime(2020, 1, 1, tzinfo=UTC)
PLACEHOLDER = re.compile(r"%\((\w+)\)")


def main() -> int:
    """Run the command; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("apps", nargs="*", help="names of apps; all of them if none is given")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--missing", action="store_true")
    given = parser.parse_args()
    faults: list[str] = []
    said: dict[object, dict[object, str]] = {}
    for app in apps(given.apps):
        catalogue = merged(app)
        for message in catalogue:
            said.setdefault(message.id, {}).setdefault(str(message.string), app.name)
        faults.extend(judged(app, catalogue))
        if not given.check:
            write(app, catalogue)
        elif not same(app, catalogue):
            faults.append(f"{app.name}: the catalogue is behind; run scripts/messages.py")
    faults.extend(disagreeing(said))
    if given.missing or given.check:
        print("\n".join(faults))
    print(f"{len(faults)} faults" if faults else "every text has its English")
    return 1 if given.check and faults else 0


def apps(names: list[str]) -> Iterator[Path]:
    """Yield the folders that own a catalogue."""
    found = [PACKAGE / "config", PACKAGE / "api"]
    for ring in ("foundation", "domains", "dashboards"):
        found += sorted(
            each for each in (PACKAGE / ring).iterdir() if (each / "__init__.py").exists()
        )
    yield from (app for app in found if not names or app.name in names)


def texts(app: Path) -> Catalog:
    """Return the texts that an app's sources and templates use."""
    catalogue = Catalog(charset="utf-8")
    for path in sorted(app.rglob("*")):
        if path.suffix not in {".py", ".html"} or {"tests", "migrations"} & set(path.parts):
            continue
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        with path.open("rb") as file:
            for _line, message, _comments, _context in extract(
                method, file, keywords=KEYWORDS, options=dict(TEMPLATES)
            ):
                catalogue.add(message, locations=[(str(path.relative_to(app)), 0)])
    return catalogue


def merged(app: Path) -> Catalog:
    """Return the app's texts with the English that its catalogue has for them."""
    known = (
        pofile.read_po(io.BytesIO(_po(app).read_bytes()), locale="en")
        if _po(app).exists()
        else None
    )
    made = Catalog(
        locale="en", charset="utf-8", fuzzy=False, creation_date=NO_DATE, revision_date=NO_DATE
    )
    for message in texts(app):
        if not message.id:
            continue
        before = (
            known.get(message.id if isinstance(message.id, str) else message.id[0])
            if known
            else None
        )
        english = before.string if before is not None else None
        made.add(message.id, english or None, locations=message.locations)
    return made


def judged(app: Path, catalogue: Catalog) -> Iterator[str]:
    """Yield a line for each text without English, or whose placeholders differ."""
    for message in catalogue:
        if not message.id:
            continue
        own = message.id if isinstance(message.id, str) else message.id[0]
        strings = (
            [message.string] if isinstance(message.string, str) else list(message.string or [])
        )
        if not strings or not all(strings):
            yield f"{app.name}\t{own}"
        elif any(set(PLACEHOLDER.findall(s)) - set(PLACEHOLDER.findall(own)) for s in strings):
            yield f"{app.name}: placeholders differ: {own}"


def disagreeing(said: dict[object, dict[object, str]]) -> Iterator[str]:
    """Yield a line for each text with two Englishes: on a page the first app's would stand."""
    for text, englishes in said.items():
        if text and len(englishes) > 1:
            told = "; ".join(f"{english} ({app})" for english, app in englishes.items())
            yield f"two Englishes of one text: {text}: {told}"


def write(app: Path, catalogue: Catalog) -> None:
    """Write the catalogue and its compiled form."""
    if not any(message.id for message in catalogue):
        return
    _po(app).parent.mkdir(parents=True, exist_ok=True)
    _po(app).write_bytes(_as_po(catalogue))
    with _po(app).with_suffix(".mo").open("wb") as file:
        mofile.write_mo(file, catalogue)


def same(app: Path, catalogue: Catalog) -> bool:
    """Say whether the stored catalogue has exactly these texts."""
    if not any(message.id for message in catalogue):
        return True
    return _po(app).exists() and _po(app).read_bytes() == _as_po(catalogue)


def _as_po(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    pofile.write_po(out, catalogue, width=100, sort_output=True, omit_header=True, no_location=True)
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Language: en\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    )
    return head.encode() + out.getvalue()


def _po(app: Path) -> Path:
    return app / "locale" / "en" / "LC_MESSAGES" / "django.po"


if __name__ == "__main__":
    sys.exit(main())
