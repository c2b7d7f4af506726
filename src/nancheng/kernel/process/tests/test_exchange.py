"""Drawings as other tools write them: read whole, kept to the byte, refused by name and line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from nancheng.kernel.process import bpmn, bpmn_write, problems
from nancheng.kernel.process.bpmn_nodes import BPMN, NC
from nancheng.kernel.process.bpmn_write import Change
from nancheng.kernel.process.definition import MessageFlow, Pool, Trigger
from nancheng.kernel.process.tests import drawing
from nancheng.kernel.process.tests.test_bpmn_write import canonical
from nancheng.kernel.refusal import Refused

HERE = Path(__file__).parent
FILES: Mapping[str, bytes] = {
    path.stem: path.read_bytes()
    for path in (HERE / "payment.bpmn", *sorted((HERE / "exchange").glob("*.bpmn")))
}
BOM = b"\xef\xbb\xbf"


def listed(data: bytes) -> set[tuple[str, str]]:
    """Return what a file holds that is not run: element and what it is."""
    sheet = bpmn.read_all(data)
    faults = [*sheet.faults, *(f for p in sheet.processes for f in p.faults)]
    assert all(f.line for f in faults), "each with its line"
    return {(f.element, f.detail) for f in faults}


# --- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_read(name: str) -> None:
    sheet = bpmn.read_all(FILES[name])
    for process in sheet.processes:
        problems.find(process, drawing.expressions)


def test_pools_and_message_flows_are_read() -> None:
    sheet = bpmn.read_all(FILES["bpmn_io"])
    assert sheet.pools == (
        Pool("Participant_office", "办公室", process="Process_1", line=4),
        Pool("Participant_citizen", "来访人", line=5),
    )
    assert sheet.messages == (
        MessageFlow("Flow_letter", "Participant_citizen", "StartEvent_1", "来信", 6),
    )
    assert listed(FILES["bpmn_io"]) == set(), "data objects, stores and notes are tolerated"
    found = problems.find(sheet.processes[0], drawing.expressions)
    assert [(p.code, p.element) for p in found] == [("process.event-without-name", "StartEvent_1")]


def test_prefixed_references_are_followed() -> None:
    sheet = bpmn.read_all(FILES["signavio"])
    buyer, seller = sheet.processes
    assert [pool.process for pool in sheet.pools] == ["sid-buyer", "sid-seller"]
    assert buyer.nodes["sid-b"].attached_to == "sid-sub"
    assert buyer.nodes["sid-b"].event.code == "E-17"
    assert buyer.nodes["sid-catch"].event.trigger is Trigger.MESSAGE
    assert buyer.nodes["sid-catch"].event.code == seller.nodes["sid-send"].event.code == "Invoice"
    assert [shape.element for shape in buyer.picture.shapes] == ["sid-sub"]
    assert listed(FILES["signavio"]) == set()


def test_what_nobody_runs_is_listed_and_publication_refuses_it() -> None:
    assert listed(FILES["choreography"]) == {
        ("loose", "participant"),
        ("deal", "choreography"),
        ("sign", "globalUserTask"),
        ("talk", "conversation"),
        ("cl", "conversationLink"),
    }
    with pytest.raises(Refused, match=r"process\.no-process"):
        bpmn.read(FILES["choreography"])
    inside = b"</semantic:choreography>"
    process = b'<semantic:process id="p"><semantic:startEvent id="ps"/></semantic:process>'
    both = bpmn.read(FILES["choreography"].replace(inside, inside + process))
    assert {p.element for p in problems.find(both)} >= {"loose", "deal", "sign", "talk", "cl"}


def test_each_element_and_attribute_we_do_not_run_is_named() -> None:
    assert listed(FILES["everything_odd"]) == {
        ("s", "conditionalEventDefinition"),
        ("script", "scriptTask"),
        ("trans", "transaction"),
        ("adhoc", "adHocSubProcess"),
        ("complex", "complexGateway"),
        ("par", "eventBasedGateway eventGatewayType=Parallel"),
        ("par", "eventBasedGateway instantiate=true"),
        ("rec", "receiveTask instantiate=true"),
        ("undo", "task isForCompensation=true"),
        ("comp", "compensateEventDefinition"),
        ("canc", "cancelEventDefinition"),
        ("quant", "task startQuantity=2"),
        ("odd_loop", "multiInstanceLoopCharacteristics behavior=One"),
        ("both", "messageEventDefinition"),
    }


# --- writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_what_is_not_changed_stays_to_the_byte(name: str) -> None:
    for data in (FILES[name], BOM + FILES[name], FILES[name].replace(b"\n", b"\r\n")):
        assert bpmn_write.rewrite(data) == data
        identity = elements(data)[0]
        same = bpmn_write.rewrite(data, [Change(identity, "nc:new", "x")])
        assert bpmn_write.rewrite(same, [Change(identity, "nc:new", None)]).replace(
            b' xmlns:nc="urn:nancheng:bpmn:1"', b""
        ) == data.replace(b' xmlns:nc="urn:nancheng:bpmn:1"', b"")


def elements(data: bytes) -> list[str]:
    root = bpmn.parse(data)
    return sorted(str(e.get("id")) for e in root.iter(f"{BPMN}*") if e.get("id"))


def by_tree(data: bytes, change: Change) -> bytes:
    """Make the same change in a tree: slower, and another hand wrote it."""
    root = bpmn.parse(data)
    element = next(e for e in root.iter(f"{BPMN}*") if e.get("id") == change.element)
    name = change.attribute.replace("nc:", NC)
    if change.value is not None:
        element.set(name, change.value)
    elif name in element.attrib:
        del element.attrib[name]
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


XML_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r\"'<>&"),
    max_size=12,
)


@settings(max_examples=200)
@given(
    st.sampled_from(sorted(FILES)),
    st.data(),
    st.sampled_from(("name", "default", "nc:form", "nc:limit", "attachedToRef")),
    st.one_of(st.none(), XML_TEXT),
)
def test_a_change_is_that_change_and_nothing_else(
    name: str, data: st.DataObject, attribute: str, value: str | None
) -> None:
    file = FILES[name]
    change = Change(data.draw(st.sampled_from(elements(file))), attribute, value)
    changed = bpmn_write.rewrite(file, [change])
    ours = b' xmlns:nc="urn:nancheng:bpmn:1"'

    def attributes(written: bytes) -> list[tuple[str, dict[str, str]]]:
        root = etree.fromstring(written)
        return [(str(e.tag), {str(k): str(v) for k, v in e.attrib.items()}) for e in root.iter()]

    assert attributes(changed) == attributes(by_tree(file, change))
    # All but one tag is as it was, to the byte.
    before, after = file, changed.replace(ours, b"", 1) if ours not in file else changed
    head = len(prefix(before, after))
    tail = len(prefix(before[head:][::-1], after[head:][::-1]))
    assert b"<" not in before[head : len(before) - tail]
    assert bpmn_write.rewrite(changed, [change]) == changed


def prefix(first: bytes, second: bytes) -> bytes:
    length = next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
        min(len(first), len(second)),
    )
    return first[:length]


def test_several_changes_and_a_file_declared_ascii() -> None:
    file = FILES["camunda_modeler"]
    changes = [
        Change("f2", "name", 'a\n"b"'),
        Change("review", "default", "x\"'<"),
        Change("order", "name", None),
    ]
    changed = bpmn_write.rewrite(file, changes)
    assert canonical(changed) == canonical(
        by_tree(by_tree(by_tree(file, changes[0]), changes[1]), changes[2])
    )
    assert b"default='x\"&apos;&lt;'" in changed, "quotes of the file are kept"
    ascii_file = file.replace(b'encoding="UTF-8"', b'encoding="US-ASCII"')
    named = bpmn_write.rewrite(ascii_file, [Change("f2", "name", "同意")])
    assert b'name="&#21516;&#24847;"' in named
    assert bpmn.read(named).flows[1].name == "同意"


def test_what_xml_cannot_hold_is_refused() -> None:
    for value in ("\x00", "a\x0bb", "\ud800"):
        with pytest.raises(Refused, match=r"process\.not-for-xml"):
            bpmn_write.rewrite(FILES["payment"], [Change("review", "name", value)])


# --- hostile --------------------------------------------------------------------------------------


def test_huge_texts_are_read_and_refused_at_publication_without_being_quoted_whole() -> None:
    huge = b"x" * 1_000_000
    file = FILES["payment"]
    for old, new in (
        (b'id="review"', b'id="' + huge + b'"'),
        (b'id="f6"', b'id="f6" name="' + huge + b'"'),
    ):
        assert old in file
        found = problems.find(bpmn.read(file.replace(old, new, 1)), drawing.expressions)
        codes = {p.code for p in found}
        assert codes & {"process.id-too-long", "process.name-too-long"}
        assert all(len(p.name) + len(p.detail) + len(p.element) <= 600 for p in found)


def test_a_tag_of_very_many_attributes_is_refused_and_of_very_many_names_does_no_harm() -> None:
    file, tag = FILES["payment"], b'id="review" '
    many = tag + b" ".join(b'a%d=""' % n for n in range(300_000)) + b" "
    with pytest.raises(Refused) as caught:
        bpmn.read(file.replace(tag, many, 1))
    assert caught.value.code == "process.unreadable-too-many-attributes"
    assert caught.value.figures == {"line": 29}
    names = tag + b" ".join(b'xmlns:a%d="u"' % n for n in range(20_000)) + b" "
    named = file.replace(tag, names, 1)
    assert bpmn.read(named).nodes["review"]
    assert b'nc:form="f"' in bpmn_write.rewrite(named, [Change("review", "nc:form", "f")])
