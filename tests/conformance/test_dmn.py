"""The public DMN conformance kit, where NANCHENG_DMN_TCK names the folder of its test cases.

The kit is not part of this repository. Without it only our own sample in the kit's format is run,
which shows that the reader of the kit tells right from wrong.
"""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from nancheng.kernel.decisions import dmn
from nancheng.kernel.decisions.kinds import ANY, ContextKind, Kind, ListKind, Simple
from tests.conformance import kit
from tests.conformance.inputs import Untyped, declared, read
from tests.conformance.kit import Verdict

SAMPLE = Path(__file__).parent / "sample"
FOLDER = os.environ.get("NANCHENG_DMN_TCK", "")
WHOLE_KIT = 3_000


def share(verdicts: list[Verdict]) -> float:
    """The share of verdicts that passed."""
    return sum(one.passed for one in verdicts) / len(verdicts) if verdicts else 1.0


def test_the_reader_of_the_kit_tells_right_from_wrong() -> None:
    found = {one.case: one for one in kit.verdicts(SAMPLE)}
    assert {case for case, one in found.items() if not one.passed} == {"wrong-on-purpose"}
    assert {case for case, one in found.items() if not one.expects_value} == {"error", "null"}
    assert len(found) == 10


PERSON = ContextKind({"age": Simple("number"), "born": Simple("date")})


@pytest.mark.parametrize(
    ("kind", "given", "wanted"),
    [
        (Simple("number"), Untyped(" 12.50 "), Decimal("12.50")),
        (Simple("boolean"), Untyped("false"), False),
        (Simple("date"), Untyped("2026-11-24"), date(2026, 11, 24)),
        (Simple("string"), Untyped("12"), "12"),
        (ANY, Untyped("12"), "12"),
        (Simple("number"), Untyped("twelve"), "twelve"),
        (Simple("number"), "12", "12"),
        (ListKind(Simple("number")), [Untyped("1"), None], [Decimal(1), None]),
        (
            PERSON,
            {"age": Untyped("7"), "born": Untyped("2019-01-02"), "name": Untyped("1")},
            {"age": Decimal(7), "born": date(2019, 1, 2), "name": "1"},
        ),
        (ANY, [Untyped("1"), {"a": Untyped("2")}], ["1", {"a": "2"}]),
    ],
)
def test_an_input_without_a_type_is_read_as_the_model_declares_it(
    kind: Kind, given: object, wanted: object
) -> None:
    assert read(given, kind) == wanted
    assert type(read(given, kind)) is type(wanted)


def test_declared_types_come_from_the_models_own_definitions() -> None:
    text = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m"'
        ' namespace="urn:m"><itemDefinition name="tAge"><typeRef>number</typeRef>'
        "<allowedValues><text>[0..150]</text></allowedValues></itemDefinition>"
        '<inputData id="a" name="Age"><variable name="Age" typeRef="tAge"/></inputData>'
        '<inputData id="b" name="Free"><variable name="Free"/></inputData></definitions>'
    )
    assert declared(dmn.read(text.encode()).model) == {"Age": Simple("number")}


@pytest.mark.skipif(not FOLDER, reason="NANCHENG_DMN_TCK names no folder with the DMN kit")
def test_the_public_kit() -> None:
    found = list(kit.verdicts(Path(FOLDER)))
    second = [one for one in found if "level-2" in _level(one, Path(FOLDER))]
    third = [one for one in found if one not in second]
    positive = [one for one in third if one.expects_value]
    print(f"level 2: {share(second):.1%} of {len(second)}")
    print(f"level 3: {share(third):.1%} of {len(third)}; with a value {share(positive):.1%}")
    for one in found:
        if not one.passed:
            print(one.folder, one.case, one.node, one.expected, one.found, sep=" | ")
    assert found
    if len(found) >= WHOLE_KIT:
        assert share(second) == 1
        assert share(third) >= 0.95
        assert share(positive) >= 0.9


def _level(verdict: Verdict, root: Path) -> str:
    return next((str(path.parent) for path in root.rglob(verdict.folder)), "")
