"""DMN files: read, compiled, evaluated; faults listed with their places; hostile XML refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from nancheng.kernel.decisions import dmn, model
from nancheng.kernel.decisions.budget import Budget, FeelLimitExceeded
from nancheng.kernel.decisions.model import Model
from nancheng.kernel.decisions.problems import ModelError

APPROVAL = (Path(__file__).parent / "approval.dmn").read_bytes()
HEAD = b'<definitions xmlns="%s" id="d" name="d" namespace="urn:d">'
DMN13 = b"https://www.omg.org/spec/DMN/20191111/MODEL/"


def loaded(content: bytes = APPROVAL) -> Model:
    """The compiled model of a file without faults."""
    reading = dmn.read(content)
    assert reading.problems == ()
    assert reading.model is not None
    return model.compile_model(reading.model)


def written(body: str, namespace: bytes = DMN13) -> bytes:
    """A file with this content."""
    return HEAD % namespace + body.encode() + b"</definitions>"


def codes(content: bytes) -> list[tuple[str, str]]:
    """The codes and elements of all problems in a file."""
    reading = dmn.read(content)
    found = list(reading.problems)
    if reading.model is not None:
        found += model.compile_with_problems(reading.model)[1]
    return [(problem.code, problem.element) for problem in found]


PROJECT = {"Project": {"amount": 5000, "project state": "new"}, "the rate": 10}


def test_decision_by_id_and_by_name_names_its_row() -> None:
    outcome = loaded().evaluate("level", PROJECT)
    assert (outcome.value, outcome.rows) == ("leader", (2,))
    assert outcome.values == {"post": "leader"}
    assert loaded().evaluate("Approval Level", PROJECT) == outcome


def test_outcome_shows_what_the_required_decisions_said() -> None:
    because = loaded().evaluate("level", PROJECT).because
    assert because["Fee"].value == Decimal(501)


def test_every_boxed_expression() -> None:
    value = loaded().evaluate("Statistics", {"scores": [50, 60, 70]}).value
    assert isinstance(value, dict)
    value.pop("plus")
    assert value == {
        "good": [60, 70],
        "doubled": [120, 140],
        "all good": False,
        "word": "不合格",
        "pair": [2, 3],
        "rows": [{"a": 1, "b c": "不合格"}],
        "ten plus": 12,
    }


def test_input_that_does_not_conform_is_null() -> None:
    wrong = {"Project": {"amount": 5000, "project state": "?"}, "the rate": 10}
    assert loaded().evaluate("level", wrong).value is None
    assert loaded().evaluate("Fee", {**PROJECT, "the rate": "10"}).value is None
    one = loaded().evaluate("Statistics", {"scores": 60}).value
    assert isinstance(one, dict)
    assert one["good"] == [60]


def test_service_takes_decisions_as_given() -> None:
    given = {"Project": PROJECT["Project"], "Fee": 1}
    assert loaded().evaluate("approve", given).value == "head"
    assert loaded().evaluate("asks", PROJECT).value == "leader"


def test_unknown_key_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        loaded().evaluate("nowhere", {})


def test_a_model_keeps_to_its_budget() -> None:
    body = """<decision id="a" name="a"><variable name="a"/><literalExpression>
        <text>for i in 1..1000000000 return i</text></literalExpression></decision>"""
    with pytest.raises(FeelLimitExceeded):
        loaded(written(body)).evaluate("a", {})
    with pytest.raises(FeelLimitExceeded):
        loaded().evaluate("level", PROJECT, limits=Budget(steps=1))


def test_faults_are_listed_with_element_and_line() -> None:
    body = """
<decision id="a" name="a"><variable name="a" typeRef="tNowhere"/>
  <informationRequirement><requiredDecision href="#gone"/></informationRequirement>
  <literalExpression id="x"><text>1 +</text></literalExpression></decision>
<decision id="b" name="b"><variable name="b"/></decision>
<decision id="c" name="c"><variable name="c"/>
  <informationRequirement><requiredDecision href="#e"/></informationRequirement>
  <literalExpression id="y"><text>e</text></literalExpression></decision>
<decision id="e" name="e"><variable name="e"/>
  <informationRequirement><requiredDecision href="#c"/></informationRequirement>
  <literalExpression id="z"><text>c</text></literalExpression></decision>
<decision id="b" name="twice"><variable name="twice"/>
  <literalExpression id="w" expressionLanguage="urn:java"><text>1</text></literalExpression>
</decision>"""
    found = codes(written(body))
    assert sorted(found) == [
        ("decisions.decision-without-logic", "b"),
        ("decisions.id-twice", "b"),
        ("decisions.not-feel", "x"),
        ("decisions.requirement-cycle", "e"),
        ("decisions.requirement-missing", "a"),
        ("decisions.unknown-language", "w"),
        ("decisions.unknown-type", "a"),
    ]
    reading = dmn.read(written(body))
    assert reading.model is not None
    with pytest.raises(ModelError) as caught:
        model.compile_model(reading.model)
    faulty = next(one for one in caught.value.problems if one.element == "x")
    assert faulty.line == 4


@pytest.mark.parametrize(
    "namespace",
    [
        b"http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        b"http://www.omg.org/spec/DMN/20180521/MODEL/",
        b"https://www.omg.org/spec/DMN/20211108/MODEL/",
        b"https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_of_the_standard_is_read(namespace: bytes) -> None:
    body = """<decision id="a" name="a"><variable name="a" typeRef="feel:number"/>
        <literalExpression><text>1 + 1</text></literalExpression></decision>"""
    assert loaded(written(body, namespace)).evaluate("a", {}).value == 2


def test_models_import_each_other() -> None:
    lower = dmn.read(APPROVAL).model
    body = """
<import name="pay" namespace="urn:nancheng:test:payment"
        importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>
<decision id="upper" name="upper"><variable name="upper" typeRef="pay.tState"/>
  <informationRequirement><requiredDecision href="urn:nancheng:test:payment#fee"/>
  </informationRequirement>
  <knowledgeRequirement><requiredKnowledge href="urn:nancheng:test:payment#fees"/>
  </knowledgeRequirement>
  <literalExpression><text>if pay.Fee + pay.fee of(100, 1) = 503 then "new" else "old"</text>
  </literalExpression></decision>"""
    upper = dmn.read(written(body)).model
    assert lower is not None
    assert upper is not None
    both = model.compile_model(upper, imported=[lower])
    assert both.evaluate("upper", PROJECT).value == "new"
    with pytest.raises(ModelError):
        model.compile_model(upper)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(98, 110))
    + b']><definitions xmlns="%s">&m;</definitions>' % DMN13
)
OUTSIDE = (
    b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b'<definitions xmlns="%s"><description>&x;</description></definitions>' % DMN13
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "decisions.not-xml"),
        (b"<definitions>", "decisions.not-xml"),
        (b"\x00\xff\xfe", "decisions.not-xml"),
        (b"<definitions/>", "decisions.not-dmn"),
        (b'<process xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "decisions.not-dmn"),
        (OUTSIDE, "decisions.document-type-refused"),
        (b" " * 5_000_001, "decisions.file-too-large"),
        (written("<x>" * 200 + "</x>" * 200), "decisions.file-too-deep"),
    ],
)
def test_what_is_not_dmn_is_a_problem_and_no_model(content: bytes, code: str) -> None:
    reading = dmn.read(content)
    assert reading.model is None
    assert [problem.code for problem in reading.problems] == [code]


def test_entity_bomb_is_refused() -> None:
    reading = dmn.read(BOMB)
    assert reading.model is None
    assert reading.problems[0].code in ("decisions.not-xml", "decisions.document-type-refused")


@pytest.mark.parametrize(
    ("declared", "codec", "mark"),
    [
        ("GBK", "gbk", b""),
        ("gb2312", "gbk", b""),
        ("UTF-16", "utf-16-le", b"\xff\xfe"),
        ("UTF-16BE", "utf-16-be", b""),
        ("UTF-8", "utf-8", b"\xef\xbb\xbf"),
    ],
)
def test_a_file_reads_the_same_in_every_encoding(declared: str, codec: str, mark: bytes) -> None:
    plain = (Path(__file__).parent / "approval.dmn").read_text(encoding="utf-8")
    named = plain.replace('encoding="UTF-8"', f'encoding="{declared}"')
    file = mark + named.encode(codec)
    expected = dmn.read(plain.encode())
    assert expected.model is not None
    assert dmn.read(file) == expected
    hidden = named.replace("?>", '?><!-- --><!DOCTYPE d [<!ENTITY x "y">]>', 1).encode(codec)
    assert [p.code for p in dmn.read(mark + hidden).problems] == ["decisions.document-type-refused"]
    (problem,) = dmn.read(mark + named.replace(declared, "EBCDIC").encode("utf-8")).problems
    assert problem.code == "decisions.not-xml"


def test_output_without_a_name_goes_by_the_decision_s() -> None:
    body = """<decision id="a" name="level"><variable name="level"/>
      <decisionTable><input><inputExpression><text>1</text></inputExpression></input><output/>
      <rule><inputEntry><text>-</text></inputEntry><outputEntry><text>7</text></outputEntry></rule>
      </decisionTable></decision>"""
    outcome = loaded(written(body)).evaluate("a", {})
    assert (outcome.values, outcome.row) == ({"level": 7}, 1)


def test_wrong_argument_becomes_null_and_the_function_still_answers() -> None:
    body = """
<decision id="a" name="a"><variable name="a"/>
  <knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>
  <literalExpression><text>f("x")</text></literalExpression></decision>
<decision id="b" name="b"><variable name="b"/>
  <knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>
  <invocation typeRef="string"><literalExpression><text>f</text></literalExpression>
    <binding><parameter name="n"/><literalExpression><text>1</text></literalExpression></binding>
  </invocation></decision>
<businessKnowledgeModel id="f" name="f"><variable name="f"/><encapsulatedLogic>
  <formalParameter name="n" typeRef="number"/>
  <literalExpression><text>n = null</text></literalExpression></encapsulatedLogic>
</businessKnowledgeModel>"""
    assert loaded(written(body)).evaluate("a", {}).value is True
    assert loaded(written(body)).evaluate("b", {}).value is None


def test_allowed_values_of_a_type_replace_those_of_the_type_it_refers_to() -> None:
    types = """
<itemDefinition name="tColour"><typeRef>string</typeRef>
  <allowedValues><text>"red", "blue"</text></allowedValues></itemDefinition>
<itemDefinition name="tSame"><typeRef>tColour</typeRef></itemDefinition>
<itemDefinition name="tSide"><typeRef>tColour</typeRef>
  <allowedValues><text>"left", "right"</text></allowedValues></itemDefinition>"""
    for type_ref, text, expected in (
        ("tColour", "red", "red"),
        ("tColour", "left", None),
        ("tSame", "red", "red"),
        ("tSame", "left", None),
        ("tSide", "left", "left"),
        ("tSide", "red", None),
    ):
        body = f"""<decision id="a" name="a"><variable name="a" typeRef="{type_ref}"/>
          <literalExpression><text>"{text}"</text></literalExpression></decision>"""
        assert loaded(written(types + body)).evaluate("a", {}).value == expected
