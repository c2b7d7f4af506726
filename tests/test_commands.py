"""``nancheng simulate`` and ``nancheng verify`` as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nancheng.config import command
from nancheng.kernel.process import bpmn_write
from nancheng.kernel.process.definition import Lane
from nancheng.kernel.process.tests import drawing

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
