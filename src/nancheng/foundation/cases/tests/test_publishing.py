"""What publishing refuses, and how it says so: element, line, and the way to the fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from nancheng.foundation.cases import publishing
from nancheng.foundation.cases.models import ProcessVersion
from nancheng.foundation.cases.publishing import Published
from nancheng.foundation.cases.tests import plays
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.foundation.cases.tests.plays import drawing, end, start, user
from nancheng.kernel.refusal import Refused

JOIN = '<parallelGateway id="both"/>'
# One of the two ways into a gateway that waits for both is chosen: the other never comes.
DEADLOCK = drawing(
    "torn",
    [start(), '<exclusiveGateway id="gw" default="f1"/>', user("one"), user("two"), JOIN, end()],
    "start > gw > one > both > end",
    "gw > two > both",
).replace(
    'targetRef="two"/>',
    'targetRef="two"><conditionExpression>x</conditionExpression></sequenceFlow>',
)
# Two tokens reach the end of a fork that nothing joins: meant, perhaps.
DOUBLED = drawing(
    "doubled",
    [start(), '<parallelGateway id="fork"/>', user("one"), user("two"), user("last"), end()],
    "start > fork > one > last > end",
    "fork > two > last",
)
NAMELESS = drawing("nameless", [start(), user("one"), end()], "start > one > end").replace(
    'nc:form="opinion"', 'nc:form="no-such-form"'
)


def publish(folder: Path, key: str, xml: str) -> Published:
    bound = plays.binding(folder, key, xml)
    return publishing.deploy_process(xml.encode(), binding=bound, by="test", at=AT)


def test_a_drawing_that_cannot_end_is_refused_with_the_way_to_it(
    zone: Zone, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="bad-drawing") as refused:
        publish(tmp_path, "torn", DEADLOCK)
    said = str(refused.value.figures["problems"])
    assert "torn:1: both" in said
    assert "[process.deadlock]" in said
    assert "↳ start [" in said
    assert not ProcessVersion.objects.filter(key="torn").exists()


def test_what_may_be_meant_is_published_with_a_warning(zone: Zone, tmp_path: Path) -> None:
    made = publish(tmp_path, "doubled", DOUBLED)
    assert made.is_new
    assert any("[process.token-doubled]" in warning for warning in made.warnings)


def test_a_sound_drawing_has_no_warnings_and_a_fault_is_told_in_words(
    zone: Zone, tmp_path: Path
) -> None:
    sound = NAMELESS.replace("no-such-form", "opinion")
    assert publish(tmp_path, "nameless", sound).warnings == ()
    with pytest.raises(Refused, match="bad-drawing") as refused:
        publish(tmp_path, "nameless", NAMELESS)
    assert "没有人提供这张表单: no-such-form [process.unbound-form]" in str(
        refused.value.figures["problems"]
    )
