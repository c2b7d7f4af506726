"""The bundle verifies itself in a bare interpreter; a byte changed anywhere is found and named."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import random
import runpy
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from nancheng.foundation.audit import actions, bundles, queries
from nancheng.foundation.audit.bundles import Scope
from nancheng.foundation.audit.models import DailyRoot
from nancheng.foundation.audit.tests import making
from nancheng.foundation.cases.models import Case
from nancheng.foundation.cases.tests import making as cases
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.kernel.refusal import Refused

SCRIPT = bundles.TEMPLATE / "verify.py"


def verified(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the bundle's own script in an interpreter that sees nothing of ours."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *arguments]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PATH": ""}, cwd="/"
    )
    assert "Traceback" not in run.stderr, run.stderr
    return run.returncode, run.stdout


def judged(folder: Path) -> tuple[int, str]:
    """Run the script here, which is quicker; that it needs nothing of ours is shown above."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), mock.patch("sys.argv", ["verify.py", str(folder)]):
        code = runpy.run_path(str(SCRIPT))["main"]()
    return code, said.getvalue()


@pytest.fixture
def bundle(zone: Zone, tmp_path: Path) -> Path:
    """A whole bundle with three cases, money, two roots and an event under none."""
    first = cases.a_case(zone)
    making.a_life(zone, key="second")
    actions.seal(at=AT)
    making.some_log(3)
    cases.do(first, "apply", zone.an)
    making.some_money(first)
    actions.seal(at=AT + timedelta(days=1))
    cases.a_case(zone, key="third")
    target = tmp_path / "bundle"
    assert bundles.write(target, scope=Scope(), at=AT, by="审计员") == 3
    return target


def test_the_bundle_is_whole(bundle: Path) -> None:
    code, said = verified(bundle, "--root", DailyRoot.objects.get(number=1).root)
    assert (code, said.splitlines()[-1]) == (0, "the bundle is whole")
    assert said.startswith("3 cases, ")
    code, said = verified(bundle, "--root", "0" * 64)
    assert code == 1
    assert "is not among those" in said


def test_the_script_runs_on_python_3_8() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {
        alias.name
        for node in ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= {"argparse", "hashlib", "json", "sys"}


def test_one_byte_changed_anywhere_is_found(bundle: Path) -> None:
    chance = random.Random(7)
    for file in sorted(bundle.iterdir()):
        body = file.read_bytes()
        for place in {0, len(body) - 1, *(chance.randrange(len(body)) for _ in range(4))}:
            bent = bytearray(body)
            bent[place] ^= 1
            file.write_bytes(bytes(bent))
            code, said = judged(bundle)
            assert code == 1, (file.name, place)
            assert said.startswith("FAIL"), (file.name, place)
        file.write_bytes(body)
    assert judged(bundle)[0] == 0


def test_a_changed_script_says_so(bundle: Path) -> None:
    script = bundle / "verify.py"
    script.write_text(script.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    code, said = verified(bundle)
    assert code == 1
    assert "verify.py is not what the manifest says" in said


@pytest.mark.parametrize(
    ("file", "line", "field", "named"),
    [
        ("events.jsonl", 1, "payload", "#2: changed"),
        ("events.jsonl", 0, "actor", "#1: changed"),
        ("events.jsonl", 2, "hash", "#3: changed"),
        ("cases.jsonl", 1, "head", "the newest event is missing or another"),
        ("roots.jsonl", 1, "posted_fen", "root 2: changed"),
        ("leaves.jsonl", 0, "head", "sealed, but missing or another"),
        ("leaves.jsonl", 0, "since", "root 1: does not fit its leaves"),
        ("transfers.jsonl", 1, "amount_fen", "transfer in/2: changed"),
        ("journal.jsonl", 1, "label", "log #2: changed"),
        ("roots.jsonl", 1, "journal", "root 2: changed"),
    ],
)
def test_the_row_is_named(bundle: Path, file: str, line: int, field: str, named: str) -> None:
    path = bundle / file
    lines = path.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[line])
    row[field] = row[field] + 1 if isinstance(row[field], int) else f"{row[field]}x"
    lines[line] = json.dumps(row, ensure_ascii=False)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, said = judged(bundle)
    assert code == 1
    assert named in said.splitlines()[0]
    assert file in said.splitlines()[0] or file in ("cases.jsonl", "leaves.jsonl")


def test_a_row_taken_out_is_named(bundle: Path) -> None:
    path = bundle / "events.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:1] + lines[2:]), encoding="utf-8")
    assert "#2 is missing before it" in judged(bundle)[1].splitlines()[0]
    path.write_text("".join(lines[1::-1] + lines[2:]), encoding="utf-8")
    assert "#1 is missing before it" in judged(bundle)[1].splitlines()[0]


def test_a_log_written_anew_does_not_fit_the_root(bundle: Path) -> None:
    path = bundle / "journal.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert len(lines) == 3
    path.write_text("".join(lines[:2]), encoding="utf-8")
    assert "root 2: does not fit the operations log" in judged(bundle)[1].splitlines()[0]


def test_one_case_goes_out_with_its_proof_and_without_the_others(
    zone: Zone, tmp_path: Path
) -> None:
    lives = [making.a_life(zone, key=f"life-{number}") for number in range(5)]
    actions.seal(at=AT)
    target = tmp_path / "one.zip"
    assert bundles.write(target, scope=Scope(case=lives[3].number), at=AT, by="x") == 1
    with zipfile.ZipFile(target) as package:
        package.extractall(tmp_path / "unpacked")
    folder = tmp_path / "unpacked" / "one"
    assert judged(folder)[0] == 0
    text = "".join(file.read_text(encoding="utf-8") for file in folder.iterdir())
    assert lives[3].number in text
    assert lives[2].number not in text
    assert not (folder / "transfers.jsonl").exists()
    assert not (folder / "journal.jsonl").exists()
    proofs = folder / "proofs.jsonl"
    proofs.write_text(proofs.read_text(encoding="utf-8").replace('"left"', '"right"'), "utf-8")
    assert "does not lead to root 1" in judged(folder)[1]


def test_a_period_takes_the_cases_that_moved_in_it(zone: Zone, tmp_path: Path) -> None:
    cases.a_case(zone)
    later = making.a_life(zone, key="later")
    day = AT.date() + timedelta(days=1)
    target = tmp_path / "period"
    assert bundles.write(target, scope=Scope(since=day, until=day), at=AT, by="x") == 1
    (line,) = (target / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["case"] == later.number
    assert judged(target)[0] == 0


def test_nothing_is_overwritten_and_nothing_half_made_stays(
    zone: Zone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases.a_case(zone)
    (tmp_path / "there").mkdir()
    with pytest.raises(Refused, match=r"audit\.target-exists"):
        bundles.write(tmp_path / "there", scope=Scope(), at=AT, by="x")
    with pytest.raises(Refused, match=r"audit\.no-such-case"):
        bundles.write(tmp_path / "new", scope=Scope(case="LN-1999-000001"), at=AT, by="x")
    monkeypatch.setattr(bundles, "_roots", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bundles.write(tmp_path / "new", scope=Scope(), at=AT, by="x")
    assert [each.name for each in tmp_path.iterdir() if each.name != "there"] == []


def test_histories_come_whole(zone: Zone) -> None:
    case = making.a_life(zone)
    (history,) = queries.histories(Case.objects.all())
    assert [line.entry.seq for line in history.lines] == list(range(1, case.last_seq + 1))
