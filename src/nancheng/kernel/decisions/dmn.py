"""DMN 1.1 to 1.5 in XML, read into a model definition; the only file here that knows XML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from nancheng.kernel import xmltext
from nancheng.kernel.decisions import dmn_boxes
from nancheng.kernel.decisions.definition import (
    Decision,
    Element,
    Import,
    InputData,
    ItemDefinition,
    Knowledge,
    ModelDefinition,
    Service,
)
from nancheng.kernel.decisions.dmn_boxes import Tag
from nancheng.kernel.decisions.problems import Problem

SIZE_MAX = 5_000_000
DEPTH_MAX = 120
NAMESPACES = frozenset(
    (
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    )
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gave: the model, None when it is no DMN at all, and every fault found."""

    model: ModelDefinition | None
    problems: tuple[Problem, ...]


def read(content: bytes) -> Reading:
    """Read a DMN file; faults are listed, hostile or foreign XML is a fault and no model."""
    if len(content) > SIZE_MAX:
        return Reading(None, (Problem("decisions.file-too-large", detail=str(len(content))),))
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xmltext.read(content).text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line: object = getattr(error, "lineno", 0)
        number = line if isinstance(line, int) else 0
        return Reading(None, (Problem("decisions.not-xml", line=number, detail=str(error)[:200]),))
    fault = _fault(root)
    if fault is not None:
        return Reading(None, (fault,))
    reader = _Reader(root)
    return Reading(reader.model(), tuple(reader.problems))


def _fault(root: etree._Element) -> Problem | None:
    if root.getroottree().docinfo.internalDTD is not None:
        return Problem("decisions.document-type-refused", line=1)
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        return Problem(
            "decisions.not-dmn", line=dmn_boxes.line_of(root), detail=str(root.tag)[:200]
        )
    level, walk = 0, etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        level += 1 if event == "start" else -1
        if level > DEPTH_MAX:
            return Problem("decisions.file-too-deep", line=dmn_boxes.line_of(element))
    return None


class _Reader:
    """Reads one file; keeps the problems found on the way."""

    def __init__(self, root: etree._Element) -> None:
        self.root = Tag(root)
        self.problems: list[Problem] = []
        self.namespace = self.root.get("namespace")

    def model(self) -> ModelDefinition:
        elements: list[Element] = []
        for tag in self.root.children():
            maker = self._makers().get(tag.name)
            if maker is not None:
                elements.append(maker(tag))
        self._distinct(elements)
        return ModelDefinition(
            name=self.root.get("name"),
            namespace=self.namespace,
            items=tuple(map(self._item, self.root.children("itemDefinition"))),
            elements=tuple(elements),
            imports=tuple(
                Import(tag.get("name"), tag.get("namespace"), tag.place)
                for tag in self.root.children("import")
            ),
        )

    def _makers(self) -> dict[str, Callable[[Tag], Element]]:
        return {
            "inputData": self._input,
            "decision": self._decision,
            "businessKnowledgeModel": self._knowledge,
            "decisionService": self._service,
        }

    def _input(self, tag: Tag) -> InputData:
        return InputData(self._identity(tag), _name(tag), _type(tag), tag.place)

    def _decision(self, tag: Tag) -> Decision:
        logic = dmn_boxes.box_in(tag, self.problems, skip=("variable", "question"))
        if logic is None:
            self._problem("decisions.decision-without-logic", tag)
        question = tag.child("question")
        return Decision(
            identity=self._identity(tag),
            name=_name(tag),
            type_ref=_type(tag),
            logic=logic,
            requires=self._requirements(tag),
            place=tag.place,
            question=question.text if question else "",
        )

    def _knowledge(self, tag: Tag) -> Knowledge:
        logic = tag.child("encapsulatedLogic")
        function = dmn_boxes.function(logic, self.problems) if logic else None
        if function is None:
            self._problem("decisions.knowledge-without-logic", tag)
        return Knowledge(
            identity=self._identity(tag),
            name=_name(tag),
            type_ref=_type(tag),
            function=function,
            requires=self._requirements(tag),
            place=tag.place,
        )

    def _service(self, tag: Tag) -> Service:
        return Service(
            identity=self._identity(tag),
            name=_name(tag),
            type_ref=_type(tag),
            outputs=self._references(tag, "outputDecision"),
            encapsulated=self._references(tag, "encapsulatedDecision"),
            given_decisions=self._references(tag, "inputDecision"),
            given_inputs=self._references(tag, "inputData"),
            place=tag.place,
        )

    def _item(self, tag: Tag) -> ItemDefinition:
        function = tag.child("functionItem")
        return ItemDefinition(
            name=_name(tag),
            place=tag.place,
            type_ref=tag.child_text("typeRef"),
            allowed=_tests(tag.child("allowedValues")),
            constraint=_tests(tag.child("typeConstraint")),
            is_list=tag.get("isCollection") == "true",
            components=tuple(map(self._item, tag.children("itemComponent"))),
            function=_function_type(function) if function else None,
        )

    def _requirements(self, tag: Tag) -> tuple[str, ...]:
        found: list[str] = []
        for requirement in tag.children("informationRequirement", "knowledgeRequirement"):
            for one in ("requiredDecision", "requiredInput", "requiredKnowledge"):
                found += self._references(requirement, one)
        return tuple(found)

    def _references(self, tag: Tag, name: str) -> tuple[str, ...]:
        return tuple(self._reference(child.get("href")) for child in tag.children(name))

    def _reference(self, href: str) -> str:
        """Return ``id`` for an element of this file, ``namespace#id`` for one of another."""
        namespace, _, identity = href.rpartition("#")
        return identity if namespace in ("", self.namespace) else f"{namespace}#{identity}"

    def _identity(self, tag: Tag) -> str:
        return tag.get("id") or _name(tag)

    def _distinct(self, elements: list[Element]) -> None:
        seen: set[str] = set()
        for element in elements:
            if element.identity in seen:
                place = element.place
                problem = Problem("decisions.id-twice", place.element, place.line, element.identity)
                self.problems.append(problem)
            seen.add(element.identity)

    def _problem(self, code: str, tag: Tag) -> None:
        place = tag.place
        self.problems.append(Problem(code, place.element, place.line, _name(tag)))


def _name(tag: Tag) -> str:
    return " ".join(tag.get("name").split())


def _type(tag: Tag) -> str:
    variable = tag.child("variable")
    return variable.get("typeRef") if variable else ""


def _tests(tag: Tag | None) -> str:
    return tag.child_text("text") if tag else ""


def _function_type(tag: Tag) -> tuple[tuple[str, ...], str]:
    parameters = tuple(one.get("typeRef") for one in tag.children("parameters"))
    return parameters, tag.get("outputTypeRef")
