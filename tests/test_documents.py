"""The documents stay true: glossary, recipes, records of decisions, links, the two commands."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests import tree

DOCS = tree.ROOT / "docs"
RECORD_PARTS = ("Context", "Decision", "Consequences", "What would change our mind")
# A backticked path that starts in one of these must exist; "<name>" marks a place to fill in.
ROOTS = ("src/", "docs/", "tests/", "scripts/", "bench/", "requirements/", ".ci/")
WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


@cache
def glossary() -> list[list[str]]:
    """Return the rows of the table: Chinese, English, names in code, not, source."""
    lines = (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip().strip("|").split("|") for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def _ticked(text: str) -> list[str]:
    """Return what stands between ticks; fenced blocks aside, whose ticks would pair with others."""
    spoken = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`]+)`", spoken)


def _identifiers(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree.parse(path)):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                found.add(name)
            case _:
                continue
    return found


def _joined(identifier: str) -> str:
    """Return an identifier as its words with underscores around: BankReturn → _bank_return_."""
    return "_" + "_".join(word.lower() for word in WORD.findall(identifier)) + "_"


def test_every_row_of_the_glossary_is_whole() -> None:
    broken = [row for row in glossary() if len(row) != 5 or not row[0] or not row[1]]
    assert not broken
    chinese = [row[0] for row in glossary()]
    assert len(chinese) == len(set(chinese))


def test_every_table_is_in_the_glossary() -> None:
    known = {name for row in glossary() for name in _ticked(row[2])}
    missing = {name: file for name, file in tree.model_classes() if name not in known}
    assert not missing


def test_words_the_glossary_rejects_are_not_names_in_the_code() -> None:
    rejected = {_joined(word) for row in glossary() for word in _ticked(row[3])}
    assert rejected
    used = {
        f"{tree.name(path)}: {identifier}"
        for path in tree.product_files()
        for identifier in _identifiers(path)
        if any(word in _joined(identifier) for word in rejected)
    }
    assert not used


@pytest.mark.parametrize(
    ("identifier", "words"),
    [("BankReturn", "_bank_return_"), ("dept_id", "_dept_id_"), ("XMLName", "_xml_name_")],
)
def test_identifiers_are_read_as_words(identifier: str, words: str) -> None:
    assert _joined(identifier) == words


def _documents() -> list[Path]:
    return list(tree.files(".md"))


def test_paths_named_in_documents_exist() -> None:
    """Recipes above all: a step that names a file which is gone misleads."""
    gone = {
        f"{tree.name(path)}: {named}"
        for path in _documents()
        for named in _ticked(path.read_text(encoding="utf-8"))
        if named.startswith(ROOTS) and "<" not in named and "*" not in named and " " not in named
        if not (tree.ROOT / named).exists()
    }
    assert not gone


def test_what_stands_in_ticks_is_read_past_a_fenced_block() -> None:
    text = "`a`\n\n```sh\nls `b`\n```\n\n1. `c`\n\n   ```\n   d\n   ```\n\n`e`"
    assert _ticked(text) == ["a", "c", "e"]


def test_links_between_documents_lead_somewhere() -> None:
    broken = {
        f"{tree.name(path)}: {target}"
        for path in _documents()
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8"))
        if "://" not in target and not (path.parent / target).exists()
    }
    assert not broken


def test_records_of_decisions_have_their_parts_and_their_length() -> None:
    records = sorted((DOCS / "adr").glob("*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]} "), path.name
        for part in RECORD_PARTS:
            assert f"**{part}.**" in text, (path.name, part)
        assert 10 <= len(text.splitlines()) <= 25, path.name


def test_the_map_for_maintainers_stays_short() -> None:
    text = (tree.ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 200


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_both_front_pages_begin_with_the_same_two_commands(name: str) -> None:
    text = (tree.ROOT / name).read_text(encoding="utf-8")
    commands = re.findall(r"^make (\w+)", text, re.MULTILINE)
    assert commands[:2] == ["demo", "test"]
    assert "docs/images/" in text


def test_every_target_named_in_a_document_is_in_the_makefile() -> None:
    makefile = (tree.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {
        target
        for path in _documents()
        for target in re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8"))
    }
    assert not named - targets
