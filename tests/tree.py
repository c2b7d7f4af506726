"""The source tree as values, for the tests that read it; each file is parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "nancheng"
FOLDERS = ("src", "tests", "scripts", "bench", "docs", "requirements", ".ci")
LEFT_ASIDE = {"__pycache__", "node_modules"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files(*endings: str) -> tuple[Path, ...]:
    """Return every file of the repository with one of these endings (all without any)."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        found.extend(path for path in (ROOT / folder).rglob("*") if path.is_file())
    kept = (path for path in found if not LEFT_ASIDE & set(path.parts))
    return tuple(sorted(path for path in kept if not endings or path.name.endswith(endings)))


@cache
def python_files() -> tuple[Path, ...]:
    """Return the Python files that people write; migrations are written by a command."""
    return tuple(path for path in files(".py") if "migrations" not in path.parts)


@cache
def product_files() -> tuple[Path, ...]:
    """Return the product's own Python files, without its tests."""
    inside = (path for path in python_files() if path.is_relative_to(SOURCE))
    return tuple(path for path in inside if "tests" not in path.parts)


@cache
def parse(path: Path) -> ast.Module:
    """Return the syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    """Return a path as people write it: from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[Function]:
    """Yield every function of a file, inner ones and methods too."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def public_functions(path: Path) -> Iterator[Function]:
    """Yield the functions that other modules may call."""
    for node in parse(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
            yield node


def model_classes() -> Iterator[tuple[str, str]]:
    """Yield the class name and the file of every table of ours."""
    for path in product_files():
        if path.name != "models.py" and path.parent.name != "models":
            continue
        for node in parse(path).body:
            if isinstance(node, ast.ClassDef) and _is_model(node):
                yield node.name, name(path)


def _is_model(node: ast.ClassDef) -> bool:
    bases = {ast.unparse(base).split("[")[0].split(".")[-1] for base in node.bases}
    return bool(bases & {"Model", "AbstractBaseUser"})
