"""Every fault and refusal of the process kernel has its text."""

from __future__ import annotations

import re
from pathlib import Path

from nancheng.foundation.cases import faults
from nancheng.foundation.web import refusals
from nancheng.kernel.process import problems
from nancheng.kernel.process.definition import Problem

KERNEL = Path(problems.__file__).parent
CODE = re.compile(r'"(process\.[a-z-]+[a-z])"')
REFUSED = re.compile(r'Refused\(\s*"(process\.[a-z-]+)"')
ITEM = re.compile(r'_item\([^)]*"(process\.[a-z-]+)"')


def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(KERNEL.glob("*.py")))


def test_every_code_has_a_text() -> None:
    text = sources()
    refused = {*REFUSED.findall(text), *ITEM.findall(text)}
    assert len(refused) > 20
    assert refused <= faults.REFUSALS.keys()
    assert refused <= refusals.registry().keys()
    others = set(CODE.findall(text)) - refused
    assert len(others) > 40
    assert others <= faults.FAULTS.keys()
    said = {code for code in (*faults.FAULTS, *faults.REFUSALS) if code not in CODE.findall(text)}
    assert all(code.startswith(("process.unbound-", "process.no-")) for code in said), said


def test_a_fault_reads_as_a_line() -> None:
    problem = Problem("process.no-end", "pay", 7, "付款")
    assert faults.text(problem) == "7: 付款 (pay) 没有结束事件 [process.no-end]"
    assert "other" in faults.text(Problem("other", "x", 1))
