"""House rules of the code that no linter holds. Each list of exceptions may only shrink."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import tree

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 50
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers"}
VAGUE |= {"service", "services", "stuff", "tools", "core", "lib"}

# Known exceptions, each with its reason; a line that is no longer needed fails the test.
LONG_FUNCTIONS: dict[str, str] = {}
# Django and the standard library are reached by full path, so these do not collide.
STANDARD_NAMES: dict[str, str] = {}
WRITERS = {
    "src/nancheng/foundation/cases/store.py": "the hot path's SQL, called by cases.actions alone",
    "src/nancheng/foundation/cases/numbers.py": "the counter behind case numbers, one statement",
    "src/nancheng/foundation/cases/clocks.py": "a case's clocks, called by cases.actions alone",
    "src/nancheng/foundation/cases/reprojection.py": "what a new notice moves, called by the job",
    "src/nancheng/foundation/cases/publishing.py": "what the deploy command writes",
    "src/nancheng/foundation/cases/jobs.py": "leases of due timers",
    "src/nancheng/foundation/cases/errands.py": "the queue between cases, written by cases.advance",
    "src/nancheng/foundation/cases/migrating.py": "what the owner of a drawing does with versions",
    "src/nancheng/foundation/web/sql.py": "the text of an insertion; its callers are judged",
    "src/nancheng/foundation/cases/dispatching.py": "what a person does with the queue's rows",
}
IMPORTED_BY_NAME: dict[str, str] = {}

WRITES = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
WRITES_ON_ROWS = {"update", "delete"}
QUERY_STEPS = {"objects", "filter", "exclude", "all", "select_for_update", "order_by"}
WRITING_SQL = re.compile(r"^\s*(insert\s+into|update\s+\w+\s+set|delete\s+from)\b", re.IGNORECASE)
SOURCE_NAMED = re.compile(
    r"[\u4e00-\u9fff]|\b(GB|ISO|RFC|W3C|BPMN|DMN|XML|practice|ours|choice|standard|design)\b",
    re.IGNORECASE,
)


def check_exceptions(found: set[str], known: dict[str, str]) -> None:
    """Fail on a new offender, and on a known one that has been put right."""
    assert not found - set(known), f"new: {sorted(found - set(known))}"
    assert not set(known) - found, f"no longer needed: {sorted(set(known) - found)}"


def test_every_file_says_what_it_is_for() -> None:
    silent = {
        tree.name(path) for path in tree.python_files() if not ast.get_docstring(tree.parse(path))
    }
    assert not silent


def test_an_init_is_a_docstring_and_nothing_else() -> None:
    busy = {
        tree.name(path)
        for path in tree.product_files()
        if path.name == "__init__.py"
        and len(tree.parse(path).body) > 1
        and path != tree.SOURCE / "__init__.py"
        and path.parent.name != "models"
    }
    assert not busy


def test_a_package_of_models_only_gathers_them() -> None:
    """Django finds tables through the app's ``models`` module, so its init names them."""
    busy = {
        f"{tree.name(path)}:{node.lineno}"
        for path in tree.product_files()
        if path.name == "__init__.py" and path.parent.name == "models"
        for node in tree.parse(path).body[1:]
        if not isinstance(node, ast.ImportFrom) and "__all__" not in ast.unparse(node)
    }
    assert not busy


def test_files_stay_within_their_budget() -> None:
    long = {
        tree.name(path): lines
        for path in tree.python_files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES_MAX
    }
    assert not long


def test_functions_stay_within_their_budget() -> None:
    long = {
        f"{tree.name(path)}:{node.name}"
        for path in tree.python_files()
        for node in tree.functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno >= FUNCTION_LINES_MAX
    }
    check_exceptions(long, LONG_FUNCTIONS)


def test_no_module_has_a_vague_name() -> None:
    vague = {
        tree.name(path)
        for path in (*tree.python_files(), *(path.parent for path in tree.python_files()))
        if path.stem in VAGUE
    }
    assert not vague


def test_no_module_of_the_kernel_shadows_a_standard_one() -> None:
    found = {
        tree.name(path)
        for path in tree.product_files()
        if path.is_relative_to(tree.SOURCE / "kernel") and path.stem in sys.stdlib_module_names
    }
    check_exceptions(found, STANDARD_NAMES)


def _chain(node: ast.expr) -> set[str]:
    """Return the attribute names before a call: a.objects.filter(…) → objects, filter."""
    names = set()
    while True:
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return names


def _writes(path: Path) -> Iterator[int]:
    for node in ast.walk(tree.parse(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if WRITING_SQL.match(node.value):
                yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            before = _chain(node.func.value)
            verb = node.func.attr
            if (verb in WRITES and "objects" in before) or (
                verb in WRITES_ON_ROWS and before & QUERY_STEPS
            ):
                yield node.lineno


def _may_write(path: Path) -> bool:
    return "actions" in {path.stem, path.parent.name} or "management" in path.parts


def test_rows_are_written_only_by_actions() -> None:
    found = {
        tree.name(path)
        for path in tree.product_files()
        if not _may_write(path) and any(_writes(path))
    }
    check_exceptions(found, {file: why for file, why in WRITERS.items() if exists(file)})


def exists(file: str) -> bool:
    return (tree.ROOT / file).exists()


def test_actions_take_everything_by_name() -> None:
    """An action's call says what each value is; the first may stand alone."""
    positional = {
        f"{tree.name(path)}:{node.name}"
        for path in tree.product_files()
        if path.stem == "actions" or path.parent.name == "actions"
        for node in tree.public_functions(path)
        if len(node.args.posonlyargs) + len(node.args.args) > 1
    }
    assert not positional


def test_models_keep_facts_alone() -> None:
    """No save() or delete() of our own: bulk writes and scripts would pass them by."""
    overriding = {
        f"{tree.name(path)}:{node.lineno}"
        for path in tree.product_files()
        if path.name == "models.py" or path.parent.name == "models"
        for node in tree.functions(path)
        if node.name in {"save", "delete", "save_base"}
    }
    assert not overriding


def _has_number(value: ast.expr) -> bool:
    """Say whether a value holds a figure; 1, 10, 100 … alone are units, not rules."""
    if isinstance(value, ast.Constant) and str(value.value).strip("0") == "1":
        return False
    return any(
        isinstance(node, ast.Constant) and type(node.value) in {int, float}
        for node in ast.walk(value)
    )


def _constants(path: Path) -> Iterator[tuple[str, int, int]]:
    """Yield the constants with a figure in them: name, first line, last line."""
    for node in tree.parse(path).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Name) and target.id.isupper() and _has_number(node.value):
            yield target.id, node.lineno, node.end_lineno or node.lineno


def _has_source(lines: list[str], first: int, last: int) -> bool:
    """Say whether a comment with a source stands in the block of lines around a constant.

    A group of constants without a blank line between them shares the comment above the group.
    """
    start = first - 1
    while start > 0 and lines[start - 1].strip():
        start -= 1
    block = "\n".join(lines[start:last])
    return any(SOURCE_NAMED.search(text) for text in re.findall(r"#(.*)", block))


def test_every_number_of_a_rule_names_its_source() -> None:
    unsourced = set()
    for path in tree.product_files():
        if "kernel" in path.parts or "rules" not in {path.stem, path.parent.name}:
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        unsourced |= {
            f"{tree.name(path)}:{constant}"
            for constant, first, last in _constants(path)
            if not constant.startswith("_") and not _has_source(lines, first, last)
        }
    assert not unsourced


def _is_file_module(dotted: str) -> bool:
    return (tree.ROOT / "src" / Path(*dotted.split("."))).with_suffix(".py").exists()


def _is_kernel(path: Path) -> bool:
    """Inside the kernel names are imported: a look-up through the module costs on its hot path."""
    return path.is_relative_to(tree.SOURCE / "kernel")


def _decorators(path: Path) -> set[str]:
    return {
        ast.unparse(decorator).split("(")[0]
        for node in tree.functions(path)
        for decorator in node.decorator_list
    }


def test_functions_are_called_through_their_module() -> None:
    """``from nancheng.x import y`` brings a module, a type, a constant or a decorator.

    Or the one function that has its module's name, or a compiler, which says what it makes.
    """
    found = {
        f"{tree.name(path)}:{alias.name}"
        for path in tree.product_files()
        for node in ast.walk(tree.parse(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nancheng.")
        if _is_file_module(str(node.module)) and not _is_kernel(path)
        for alias in node.names
        if not alias.name[0].isupper() and not alias.name.startswith("compile_")
        if alias.name not in {*_decorators(path), str(node.module).rsplit(".", 1)[-1]}
    }
    check_exceptions(found, IMPORTED_BY_NAME)


def test_no_error_is_swallowed() -> None:
    """A bare or blanket except that only passes hides what went wrong."""
    swallowing = {
        f"{tree.name(path)}:{node.lineno}"
        for path in tree.python_files()
        for node in ast.walk(tree.parse(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and all(isinstance(step, ast.Pass | ast.Continue) for step in node.body)
    }
    assert not swallowing


@pytest.mark.parametrize(
    ("code", "writes"),
    [
        ("Case.objects.create(x=1)", True),
        ("Case.objects.filter(x=1).update(x=2)", True),
        ("Case.objects.filter(x=1).exclude(y=2).delete()", True),
        ("cursor.execute('INSERT INTO t VALUES (1)')", True),
        ("settings.update(x=1)", False),
        ("Case.objects.filter(x=1).values()", False),
    ],
)
def test_the_reader_of_writes_sees_them(tmp_path: Path, code: str, writes: bool) -> None:
    file = tmp_path / "sample.py"
    file.write_text(code, encoding="utf-8")
    assert any(_writes(file)) is writes
