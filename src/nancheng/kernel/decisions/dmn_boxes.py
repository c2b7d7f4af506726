"""The boxed expressions of a DMN file: tags in, values out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from nancheng.kernel.decisions import definition as boxes
from nancheng.kernel.decisions.definition import Boxed, Place
from nancheng.kernel.decisions.problems import Problem
from nancheng.kernel.decisions.tables import (
    Aggregation,
    HitPolicy,
    Input,
    Output,
    Rule,
    TableDefinition,
)

Problems = list[Problem]


def line_of(element: etree._Element) -> int:
    """Return the line of the file on which an element begins, 0 when it is not known."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


class Tag:
    """An element of the file, by its local name; attributes and texts are "" where missing."""

    __slots__ = ("_element", "name", "place")

    def __init__(self, element: etree._Element) -> None:
        self._element = element
        self.name = etree.QName(element).localname
        self.place = Place(element.get("id", ""), line_of(element))

    @property
    def text(self) -> str:
        """The element's own text."""
        return (self._element.text or "").strip()

    def get(self, name: str) -> str:
        """Return an attribute."""
        return self._element.get(name, "")

    def children(self, *names: str) -> Iterator[Tag]:
        """Yield the child elements, those of the given names or all."""
        for child in self._element:
            if isinstance(child.tag, str):
                tag = Tag(child)
                if not names or tag.name in names:
                    yield tag

    def child(self, *names: str) -> Tag | None:
        """Return the first child of one of these names."""
        return next(self.children(*names), None)

    def child_text(self, name: str) -> str:
        """Return the text of the first child of a name."""
        child = self.child(name)
        return child.text if child else ""


def box_in(parent: Tag | None, problems: Problems, *, skip: Iterable[str] = ()) -> Boxed | None:
    """Return the boxed expression directly under a tag, None when there is none."""
    for tag in parent.children() if parent else ():
        maker = MAKERS.get(tag.name)
        if maker is not None and tag.name not in skip:
            return _typed(tag, maker(tag, problems))
    return None


def function(tag: Tag, problems: Problems) -> boxes.Function:
    """Return a function definition, or the logic of a business knowledge model."""
    parameters = tuple((_name(one), one.get("typeRef")) for one in tag.children("formalParameter"))
    body = box_in(tag, problems)
    return boxes.Function(parameters, body, tag.place, tag.get("kind") or "FEEL")


def _typed(tag: Tag, box: Boxed) -> Boxed:
    type_ref = tag.get("typeRef")
    if not type_ref or isinstance(box, boxes.Literal | boxes.Function):
        return box
    return boxes.Typed(box, type_ref, tag.place)


def _literal(tag: Tag, problems: Problems) -> Boxed:
    language = tag.get("expressionLanguage")
    if language and "FEEL" not in language.upper():
        place = tag.place
        problems.append(Problem("decisions.unknown-language", place.element, place.line, language))
    return boxes.Literal(tag.child_text("text"), tag.place, tag.get("typeRef"), language)


def _context(tag: Tag, problems: Problems) -> Boxed:
    entries = []
    for entry in tag.children("contextEntry"):
        variable = entry.child("variable")
        name, kind = (_name(variable), variable.get("typeRef")) if variable else ("", "")
        entries.append(boxes.Entry(name, kind, box_in(entry, problems)))
    return boxes.Context(tuple(entries), tag.place)


def _invocation(tag: Tag, problems: Problems) -> Boxed:
    arguments = []
    for binding in tag.children("binding"):
        parameter = binding.child("parameter")
        arguments.append((_name(parameter) if parameter else "", box_in(binding, problems)))
    return boxes.Invocation(box_in(tag, problems), tuple(arguments), tag.place)


def _list(tag: Tag, problems: Problems) -> Boxed:
    return boxes.Items(tuple(_all(tag, problems)), tag.place)


def _relation(tag: Tag, problems: Problems) -> Boxed:
    columns = tuple(_name(column) for column in tag.children("column"))
    rows = tuple(tuple(_all(row, problems)) for row in tag.children("row"))
    return boxes.Relation(columns, rows, tag.place)


def _conditional(tag: Tag, problems: Problems) -> Boxed:
    parts = [box_in(tag.child(name), problems) for name in ("if", "then", "else")]
    return boxes.Conditional(parts[0], parts[1], parts[2], tag.place)


def _filter(tag: Tag, problems: Problems) -> Boxed:
    source, match = box_in(tag.child("in"), problems), box_in(tag.child("match"), problems)
    return boxes.Filter(source, match, tag.place)


def _iterator(tag: Tag, problems: Problems) -> Boxed:
    source = box_in(tag.child("in"), problems)
    body = box_in(tag.child("return", "satisfies"), problems)
    variable = " ".join(tag.get("iteratorVariable").split())
    return boxes.Iterator(tag.name, variable, source, body, tag.place)


def _table(tag: Tag, problems: Problems) -> Boxed:
    policy = tag.get("hitPolicy") or "UNIQUE"
    aggregation = tag.get("aggregation")
    if policy not in set(HitPolicy) or (aggregation and aggregation not in set(Aggregation)):
        place = tag.place
        detail = f"{policy} {aggregation}".strip()
        problems.append(Problem("decisions.unknown-policy", place.element, place.line, detail))
        policy, aggregation = "UNIQUE", ""
    outputs = tuple(map(_output, tag.children("output")))
    return TableDefinition(
        inputs=tuple(map(_input, tag.children("input"))),
        outputs=outputs,
        rules=tuple(map(_rule, tag.children("rule"))),
        hit_policy=HitPolicy(policy),
        aggregation=Aggregation(aggregation) if aggregation else None,
        name=tag.get("outputLabel"),
        element=tag.place.element,
        line=tag.place.line,
    )


def _input(tag: Tag) -> Input:
    expression, allowed = tag.child("inputExpression"), tag.child("inputValues")
    return Input(
        expression=expression.child_text("text") if expression else "",
        label=tag.get("label"),
        allowed=allowed.child_text("text") if allowed else "",
        type_ref=expression.get("typeRef") if expression else "",
    )


def _output(tag: Tag) -> Output:
    allowed, default = tag.child("outputValues"), tag.child("defaultOutputEntry")
    return Output(
        name=_name(tag),
        label=tag.get("label"),
        allowed=allowed.child_text("text") if allowed else "",
        default=default.child_text("text") if default else "",
        type_ref=tag.get("typeRef"),
    )


def _rule(tag: Tag) -> Rule:
    note = tag.child("annotationEntry")
    return Rule(
        tests=tuple(one.child_text("text") for one in tag.children("inputEntry")),
        results=tuple(one.child_text("text") for one in tag.children("outputEntry")),
        element=tag.place.element,
        line=tag.place.line,
        note=note.child_text("text") if note else tag.child_text("description"),
    )


def _all(tag: Tag, problems: Problems) -> Iterator[Boxed | None]:
    for child in tag.children():
        maker = MAKERS.get(child.name)
        if maker is not None:
            yield maker(child, problems)


def _name(tag: Tag) -> str:
    return " ".join(tag.get("name").split())


MAKERS: dict[str, Callable[[Tag, Problems], Boxed]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "invocation": _invocation,
    "list": _list,
    "relation": _relation,
    "functionDefinition": function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iterator,
    "every": _iterator,
    "some": _iterator,
}
