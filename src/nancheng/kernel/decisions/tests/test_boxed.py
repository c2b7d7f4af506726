"""Each boxed expression of DMN 1.5, decision services and functions, one line for each rule."""

from __future__ import annotations

from html import escape

import pytest

from nancheng.kernel.decisions import dmn, model
from nancheng.kernel.decisions.budget import FeelLimitExceeded
from nancheng.kernel.decisions.model import Model

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="d" namespace="u:d">'


def text(expression: str) -> str:
    """A boxed literal expression."""
    return f"<literalExpression><text>{escape(expression, quote=False)}</text></literalExpression>"


def within(tag: str, *parts: str, **attributes: str) -> str:
    """An element with these parts."""
    stated = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{stated}>{''.join(parts)}</{tag}>"


def decision(name: str, logic: str, *needs: str) -> str:
    """A decision; what it needs is written ``input:a``, ``decision:b`` or ``knowledge:c``."""
    required = ""
    for need in needs:
        kind, _, target = need.partition(":")
        outer = "knowledgeRequirement" if kind == "knowledge" else "informationRequirement"
        required += within(outer, f'<required{kind.capitalize()} href="#{target}"/>')
    return within("decision", f'<variable name="{name}"/>', required, logic, id=name, name=name)


def loaded(*elements: str) -> Model:
    """The model of these elements; it has no faults."""
    reading = dmn.read(f"{HEAD}{''.join(elements)}</definitions>".encode())
    assert reading.problems == ()
    assert reading.model is not None
    return model.compile_model(reading.model)


def iterated(tag: str, source: str, body: str) -> str:
    """A boxed iterator over ``i``."""
    last = "return" if tag == "for" else "satisfies"
    inside = within("in", text(source)) + within(last, text(body))
    return within(tag, inside, iteratorVariable="i")


def conditional(condition: str) -> str:
    """A boxed conditional that answers "yes" or "no"."""
    parts = (("if", condition), ("then", '"yes"'), ("else", '"no"'))
    return within("conditional", *(within(tag, text(part)) for tag, part in parts))


def filtered(source: str, match: str) -> str:
    """A boxed filter."""
    return within("filter", within("in", text(source)), within("match", text(match)))


def context(*entries: tuple[str, str]) -> str:
    """A boxed context; an entry without a name is its result."""
    return within(
        "context",
        *(
            within("contextEntry", f'<variable name="{name}"/>' if name else "", value)
            for name, value in entries
        ),
    )


LOGIC = [
    (conditional("1 < 2"), "yes"),
    (conditional("1 > 2"), "no"),
    (conditional("null"), "no"),
    (conditional('"true"'), "no"),
    (filtered("[{a: 1, b: 2}, {a: 3, b: 4}]", "a > 1"), [{"a": 3, "b": 4}]),
    (filtered("[1, 2, 3]", "item > 1"), [2, 3]),
    (filtered("[1, 2, 3]", "2"), 2),
    (filtered("[1, 2, 3]", "-1"), 3),
    (filtered("5", "item > 1"), [5]),
    (filtered("[{a: 1}, {b: 1}]", "a = null"), [{"b": 1}]),
    (iterated("for", "[1, 2, 3]", "i * 2"), [2, 4, 6]),
    (iterated("for", "[1..3]", "if i = 1 then 1 else i * partial[-1]"), [1, 2, 6]),
    (iterated("for", "[]", "i"), []),
    (iterated("for", "null", "i"), None),
    (iterated("for", "7", "i"), [7]),
    (iterated("some", "[1, 2, 3]", "i > 2"), True),
    (iterated("some", "[]", "true"), False),
    (iterated("some", "[1, 2]", "null"), None),
    (iterated("every", "[1, 2, 3]", "i > 2"), False),
    (iterated("every", "[]", "false"), True),
    (iterated("every", "null", "true"), None),
    (within("list", text("1"), within("list", text("2"))), [1, [2]]),
    (
        within(
            "relation",
            '<column name="a"/><column name="b c"/>',
            within("row", text("1"), text("2")),
            within("row", text("3"), text("4")),
        ),
        [{"a": 1, "b c": 2}, {"a": 3, "b c": 4}],
    ),
    (context(("a", text("1")), ("b", text("a + 1"))), {"a": 1, "b": 2}),
    (context(("a", text("1")), ("", text("a + 1"))), 2),
    (
        context(("a", text("1")), ("b", context(("a", text("5")), ("", text("a"))))),
        {"a": 1, "b": 5},
    ),
    (
        context(
            ("f", within("functionDefinition", '<formalParameter name="x y"/>', text("x y * 2"))),
            ("", text("f(4) + f(x y: 1)")),
        ),
        10,
    ),
    (
        context(
            (
                "f",
                within("functionDefinition", '<formalParameter name="x"/>', text("x"), kind="Java"),
            ),
            ("", text("f(1)")),
        ),
        None,
    ),
    (
        within(
            "invocation",
            text("substring"),
            within("binding", '<parameter name="string"/>', text('"foobar"')),
            within("binding", '<parameter name="start position"/>', text("4")),
        ),
        "bar",
    ),
    (
        within("invocation", text("null"), within("binding", '<parameter name="a"/>', text("1"))),
        None,
    ),
]


@pytest.mark.parametrize(("logic", "expected"), LOGIC, ids=range(len(LOGIC)))
def test_boxed_expression_means(logic: str, expected: object) -> None:
    assert loaded(decision("d", logic)).evaluate("d", {}).value == expected


SERVICES = (
    '<inputData id="n" name="n"><variable name="n" typeRef="number"/></inputData>',
    decision("one", text("n + 1"), "input:n"),
    decision("two", text("one * 2"), "decision:one"),
    within(
        "decisionService",
        '<variable name="both"/><outputDecision href="#one"/><outputDecision href="#two"/>',
        '<inputData href="#n"/>',
        id="both",
        name="both",
    ),
    within(
        "decisionService",
        '<variable name="last"/><outputDecision href="#two"/><encapsulatedDecision href="#one"/>',
        '<inputData href="#n"/>',
        id="last",
        name="last",
    ),
    within(
        "decisionService",
        '<variable name="given"/><outputDecision href="#two"/><inputDecision href="#one"/>',
        id="given",
        name="given",
    ),
)


@pytest.mark.parametrize(
    ("service", "expression", "expected"),
    [
        ("last", "last(1)", 4),
        ("last", "last(n: 2)", 6),
        ("last", 'last("x")', None),
        ("last", "last()", None),
        ("last", "last(1, 2)", None),
        ("last", "last(m: 1)", None),
        ("both", "both(1)", {"one": 2, "two": 4}),
        ("both", "both(1).two", 4),
        ("given", "given(10)", 20),
        ("given", "given(one: 10)", 20),
        ("last", "(for i in 1..2 return last(i))[2]", 6),
    ],
)
def test_a_service_is_a_function_of_what_it_is_given(
    service: str, expression: str, expected: object
) -> None:
    made = loaded(*SERVICES, decision("d", text(expression), f"knowledge:{service}"))
    assert made.evaluate("d", {}).value == expected


def test_a_service_is_evaluated_by_itself() -> None:
    made = loaded(*SERVICES)
    assert made.evaluate("both", {"n": 1}).value == {"one": 2, "two": 4}
    assert made.evaluate("given", {"one": 7}).value == 14


def calling_itself(body: str) -> Model:
    """A model whose decision d asks a function of itself."""
    logic = within("encapsulatedLogic", '<formalParameter name="n" typeRef="number"/>', text(body))
    variable = '<variable name="again"/>'
    knowledge = within("businessKnowledgeModel", variable, logic, id="again", name="again")
    return loaded(knowledge, decision("d", text("again(5)"), "knowledge:again"))


def test_a_function_may_call_itself_within_the_budget() -> None:
    made = calling_itself("if n < 2 then 1 else n * again(n - 1)")
    assert made.evaluate("d", {}).value == 120
    with pytest.raises(FeelLimitExceeded):
        calling_itself("again(n + 1)").evaluate("d", {})
