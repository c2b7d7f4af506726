"""House rules of everything that is not Python: words, locks, templates, texts, vendored files."""

from __future__ import annotations

import gettext
import hashlib
import json
import re
from pathlib import Path

import pytest
from babel.messages import pofile

from tests import tree

TEXT = (
    *(".py", ".html", ".css", ".js", ".md", ".toml", ".txt", ".in", ".bpmn", ".dmn", ".csv", ".po"),
    *(".json", ".svg", "Makefile", "NOTICE", ".editorconfig", ".gitignore", "run"),
)
# Written with brackets so that this file does not match itself.
PLACES = re.compile(r"/(wor[k]|far[m]|tm[p])/|/[.]librar[y]|subagen[t]|[.][.]/share[d]")
REGISTRIES = re.compile(r"pyp[i][.]org|pythonhoste[d]|registry[.]npm|--(extra-)?index-ur[l]\b")
INLINE = re.compile(
    r"\sstyle\s*=|<style\b|\son[a-z]+\s*=|hx-on|javascrip[t]:|['\"]js:|<script(?![^>]*\bsrc=)[^>]*>",
    re.IGNORECASE,
)
DATA_SCRIPT = re.compile(r"<script[^>]*type=\"application/json\"[^>]*>", re.IGNORECASE)
ELSEWHERE = re.compile(r"(src|href|action)=\"(https?:)?//", re.IGNORECASE)


def _is_vendored(path: Path) -> bool:
    return "vendor" in path.parts


def own_texts() -> list[Path]:
    """Return every text file that people of this project write."""
    return [path for path in tree.files(*TEXT) if not _is_vendored(path)]


def templates() -> list[Path]:
    return [path for path in tree.files(".html") if "templates" in path.parts]


def _lines(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{tree.name(path)}:{number}: {line.strip()[:80]}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_the_repository_speaks_of_the_product_alone() -> None:
    assert not _lines(PLACES, own_texts())


def test_no_address_of_a_registry_is_written_down() -> None:
    assert not _lines(REGISTRIES, own_texts())


@pytest.mark.parametrize("kind", ["runtime", "development"])
def test_every_requirement_is_pinned_with_hashes(kind: str) -> None:
    lock = (tree.ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", lock.strip())
    loose = [
        entry.splitlines()[0]
        for entry in entries
        if not re.match(r"[a-z0-9-]+==\S+", entry) or "--hash=sha256:" not in entry
    ]
    assert not loose
    assert len(entries) > 10


def test_development_has_all_that_runs_in_production() -> None:
    def pins(kind: str) -> set[str]:
        text = (tree.ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
        return set(re.findall(r"^\S+==\S+", text, re.MULTILINE))

    assert not pins("runtime") - pins("development")


def test_templates_hold_no_inline_script_or_style() -> None:
    found = [
        line
        for line in _lines(INLINE, templates())
        if not DATA_SCRIPT.search(line.split(": ", 1)[1])
    ]
    assert not found


def test_templates_fetch_nothing_from_elsewhere() -> None:
    assert not _lines(ELSEWHERE, templates())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<p style="color:red">', True),
        ('<button onclick="go()">', True),
        ("<script>alert(1)</script>", True),
        ('<script src="/static/app.js" defer></script>', False),
        ('<p class="style">', False),
    ],
)
def test_the_reader_of_templates_sees_inline_code(text: str, found: bool) -> None:
    assert bool(INLINE.search(text)) is found


def _stale(path: Path) -> list[str]:
    """Return the texts that the compiled catalogue beside a .po says otherwise."""
    with path.open("rb") as source:
        catalogue = pofile.read_po(source)
    with path.with_suffix(".mo").open("rb") as compiled:
        texts = gettext.GNUTranslations(compiled)
    stale = []
    for message in catalogue:
        if not message.id or message.pluralizable:
            continue
        said = (
            texts.pgettext(message.context, str(message.id))
            if message.context
            else texts.gettext(str(message.id))
        )
        if said != message.string:
            stale.append(str(message.id))
    return stale


def test_the_compiled_texts_are_those_of_the_catalogues() -> None:
    """The .mo is committed, so that a clone runs without a compiler; it must not lag behind."""
    stale = {tree.name(path): texts for path in tree.files(".po") if (texts := _stale(path))}
    assert not stale


def test_vendored_files_are_what_the_manifest_says() -> None:
    """Nothing may be edited by hand, added without its hash, or kept without a licence."""
    manifests = [path for path in tree.files("manifest.json") if _is_vendored(path)]
    for manifest in manifests:
        _check_manifest(manifest)


def _check_manifest(manifest: Path) -> None:
    folder = manifest.parent
    listed = {entry["file"]: entry for entry in json.loads(manifest.read_text(encoding="utf-8"))}
    there = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in {".js", ".css", ".woff2", ".svg"}
    }
    assert there == set(listed)
    for name, entry in listed.items():
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], name
        assert (folder / entry["licence_file"]).stat().st_size > 100, name


def test_drawings_and_tables_stand_in_a_domain() -> None:
    """A process or decision belongs to the line of business that owns it (or to a test)."""
    astray = [
        tree.name(path)
        for path in tree.files(".bpmn", ".dmn")
        if "tests" not in path.parts and path.parent.name not in {"processes", "decisions"}
    ]
    assert not astray
