"""``nancheng simulate`` and ``nancheng verify`` as a person calls them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nancheng.config import command
from nancheng.foundation.cases import bindings
from nancheng.kernel.process import bpmn_write
from nancheng.kernel.process.definition import Definition, EventSpec, Kind, Lane, Node, Trigger
from nancheng.kernel.process.tests import drawing
from tests import tree

ONE = drawing.draw("x", "(in) -> [a]\n[a] -> ((out))")
object.__setattr__(ONE, "lanes", (Lane("clerk", "clerk", post="clerk", nodes=("a",)),))
FIXED = '[arrivals]\nevery = "40m"\n[nodes.a]\nwork = "60m"\n'


def test_the_command_prints_a_table_or_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, settings = tmp_path / "x.bpmn", tmp_path / "x.toml"
    file.write_bytes(bpmn_write.write(ONE))
    settings.write_text(FIXED, encoding="utf-8")
    asked = ["simulate", "--file", str(file), "--settings", str(settings), "--cases", "4"]
    assert command.main([*asked, "--from", "2026-03-02"]) == 0
    shown = capsys.readouterr().out
    assert "throughput time: p50 0.06 d, p90 0.17 d" in shown
    assert "clerk" in shown
    assert command.main([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["finished"] == 4
    settings.write_text("[posts.boss]\nstaff = 1", encoding="utf-8")
    assert command.main(asked) == 2
    assert capsys.readouterr().out == "[posts.boss]: not in the drawing\n"
    assert command.main(["simulate", "--file", str(tmp_path / "none.bpmn")]) == 2


# --- verify ---------------------------------------------------------------------------------------

LANE = Lane("clerk", "经办", post="project-clerk")


def verified(
    folder: Path, definition: Definition, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, str]:
    """Return the exit code and what was printed about a drawing in one lane."""
    lane = replace(LANE, nodes=tuple(definition.nodes))
    file = folder / "drawn.bpmn"
    file.write_bytes(bpmn_write.write(replace(definition, lanes=(lane,))))
    code = command.main(["verify", "--file", str(file), *more])
    return code, capsys.readouterr().out


def test_a_sound_drawing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = verified(tmp_path, ONE, capsys)
    assert code == 0
    assert shown.startswith("ok   drawn.bpmn x (all 2 states; 2 instances of a multi-instance")


CHOICE = """
(in)     -> [check]
[check]  -> <either>
<either> -a="1"-> [one]
<either> -> [two]
[one]    -> {met}
[two]    -> {met}
{met}    -> ((out))
"""
PLANTED = {
    "process.deadlock": (
        CHOICE,
        "汇合 (met)",
        "开始 [启动] → 审核 [办理; 同意？ ⇒ one] → one [办理]",
    ),
    "process.gateway-without-default": (
        '(in) -> [check]\n[check] -> <either>\n<either> -a="1"-> [one]\n<either> -a="2"-> [two]\n'
        "[one] -> ((o))\n[two] -> ((p))",
        "同意？ (either)",
        "开始 [启动] → 审核 [办理]",
    ),
    "process.no-way-to-end": (
        '(in) -> <either>\n<either> -a="1"-> [good]\n<either> -> <m>\n<m> -> [a]\n[a] -> [b]\n'
        "[b] -> <m>\n[good] -> ((out))",
        "a ",
        "开始 [启动; 同意？ ⇒ m]",
    ),
    "process.automatic-loop": (
        '(in) -> <a>\n<a> -> <b>\n<b> -> <a>\n<b> -x="1"-> ((out))',
        "a ",
        "",
    ),
    "process.token-doubled": (
        "(in) -> {f}\n{f} -> [a]\n{f} -> [b]\n[a] -> [c]\n[b] -> [c]\n[c] -> ((out))",
        "c ",
        "开始 [启动] → a [办理] → b [办理]",
    ),
    "process.never-reached": (CHOICE, "out", ""),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found_with_a_path_to_follow(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrows, where, path = PLANTED[fault]
    definition = drawing.draw("x", arrows)
    names = {"in": "开始", "check": "审核", "either": "同意？", "met": "汇合"}
    nodes = {n.id: replace(n, name=names.get(n.id, n.id)) for n in definition.nodes.values()}
    code, shown = verified(tmp_path, replace(definition, nodes=nodes), capsys)
    assert code == 1
    lines = shown.splitlines()
    found = [n for n, line in enumerate(lines) if f"[{fault}]" in line]
    assert found, shown
    line = lines[found[0]]
    number = int(line.split(":")[0])
    assert number > 1
    assert where in line
    if path:
        assert lines[found[0] + 1].strip() == f"↳ {path}"


def test_an_error_nobody_catches_has_a_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = Node("bad", Kind.END, "退回", event=EventSpec(Trigger.ERROR, code="E1"))
    definition = drawing.draw("x", "(in) -> [a]\n[a] -> ((bad))", also=(bad,))
    code, shown = verified(tmp_path, definition, capsys)
    assert code == 1
    assert "退回 (bad) 错误没有被任何事件捕获" in shown
    assert "↳ in [启动] → a [办理]" in shown


def test_what_nobody_provides_is_named_with_the_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = next(iter(bindings.all_bindings()))
    form = Node("a", Kind.USER_TASK, "a", extra={"form": "no-form"})
    work = Node("w", Kind.SERVICE_TASK, "w", extra={"handler": "no-handler"})
    call = Node("k", Kind.CALL, "k", calls="no-process")
    arrows = "(in) -> [a]\n[a] -> [w]\n[w] -> [k]\n[k] -> ((out))"
    definition = drawing.draw("x", arrows, also=(form, work, call))
    assert verified(tmp_path, definition, capsys)[0] == 0, "without a kind nothing is known"
    code, shown = verified(tmp_path, definition, capsys, "--kind", kind)
    assert code == 1
    for fault in ("unbound-form", "unbound-handler", "unbound-process"):
        assert f"[process.{fault}]" in shown
    lost = replace(definition, lanes=(replace(LANE, post="nobody"),))
    file = tmp_path / "lost.bpmn"
    file.write_bytes(bpmn_write.write(lost))
    command.main(["verify", "--file", str(file), "--kind", kind])
    assert "[process.unbound-post]" in capsys.readouterr().out
    assert command.main(["verify", "--file", str(file), "--kind", "none"]) == 2


def test_a_bound_that_was_reached_is_never_called_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    branches = "\n".join(f"{{f}} -> [t{n}]\n[t{n}] -> {{j}}" for n in range(7))
    definition = drawing.draw("x", f"(in) -> {{f}}\n{branches}\n{{j}} -> ((out))")
    assert verified(tmp_path, definition, capsys)[0] == 0
    code, shown = verified(tmp_path, definition, capsys, "--states", "40")
    assert code == 3
    assert shown.startswith("???? ")
    assert "NOT proved sound" in shown


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"hello", "完整的 XML"), (b"<a/>", "不是 BPMN"), (b"<!DOCTYPE a><a/>", "声明了")],
)
def test_what_is_no_drawing_is_said(
    data: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.bpmn"
    file.write_bytes(data)
    assert command.main(["verify", "--file", str(file)]) == 2
    assert said in capsys.readouterr().out
    assert command.main(["verify", "--file", str(tmp_path / "none.bpmn")]) == 2


def test_a_drawing_for_exchange_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    folder = tree.ROOT / "src" / "nancheng" / "kernel" / "process" / "tests" / "exchange"
    assert command.main(["verify", "--file", str(folder / "choreography.bpmn")]) == 1
    assert capsys.readouterr().out.count("process.element-not-run") == 5
