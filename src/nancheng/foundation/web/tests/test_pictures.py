"""Drawings and charts: whole, escaped, without style attributes, told in words."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.web import charts, drawing, svg
from nancheng.foundation.web.charts import Part, Series
from nancheng.foundation.web.tests.gallery import DEFINITION, DIAGRAM
from nancheng.kernel.process.definition import Diagram, Shape

MARKS = {"done": {"start", "apply"}, "current": {"review"}, "waiting": {"late"}}
SPACE = "{http://www.w3.org/2000/svg}"


def parsed(markup: str) -> ElementTree.Element:
    tree = ElementTree.fromstring(f"<div>{markup}</div>")
    assert not [each for each in tree.iter() if "style" in each.attrib]
    return tree


def node(tree: ElementTree.Element, name: str) -> ElementTree.Element:
    return next(each for each in tree.iter(f"{SPACE}g") if each.get("data-node") == name)


def test_drawing_shows_every_element_and_where_the_case_stands() -> None:
    tree = parsed(drawing.draw(DIAGRAM, MARKS, title="资金支付", definition=DEFINITION))
    drawn = {each.get("data-node") for each in tree.iter(f"{SPACE}g")}
    assert drawn == {shape.element for shape in DIAGRAM.shapes}
    assert node(tree, "review").get("class") == "node current"
    assert node(tree, "end").get("class") == "node"
    assert len(list(tree.iter(f"{SPACE}polyline"))) == len(DIAGRAM.edges) + 1  # one default flow


def test_drawing_is_told_in_words() -> None:
    told = next(parsed(drawing.draw(DIAGRAM, MARKS)).iter(f"{SPACE}desc")).text
    assert told == "办理中：财政审核；等待中：超期提醒；已完成：发起、填报支付申请并上传发票"


def test_what_is_open_again_is_not_shown_as_done() -> None:
    marks = {"done": {"review"}, "current": {"review"}}
    assert node(parsed(drawing.draw(DIAGRAM, marks)), "review").get("class") == "node current"


def test_names_of_the_reader_stand_on_the_drawing() -> None:
    drawn = str(drawing.draw(DIAGRAM, names={"review": "Finance review"}))
    assert "Finance review" in drawn
    assert "财政审核" not in drawn


def test_the_name_of_a_narrow_lane_stands_in_two_lines_within_it() -> None:
    name = "Supervising department"
    lane = Shape("lane", "lane", name, 0, 0, 600, 100)
    frame = node(parsed(drawing.draw(Diagram((lane,), ()))), "lane")
    lines = [each for each in frame.iter(f"{SPACE}text") if each.text]
    assert [each.text for each in lines] == ["Supervising", "department"]
    # Written upright, the first line stands at the right.
    assert float(lines[0].get("x", "0")) > float(lines[1].get("x", "0"))


def test_a_long_name_beside_a_ring_is_wrapped_into_the_picture() -> None:
    parts = [Part("Municipal and industrial-park works", 5.0), Part("Parking", 1.0)]
    drawn = parsed(charts.donut(parts, title="Where the bonds go"))
    spans = [each.text or "" for each in drawn.iter(f"{SPACE}tspan")]
    assert all(238 + svg.breadth(each) * 12 <= 420 for each in spans)
    assert any(each.startswith("Municipal") for each in spans)
    assert any("works" in each for each in spans)


def test_hostile_names_are_escaped() -> None:
    shapes = tuple(replace(each, name='<a onclick="x">&') for each in DIAGRAM.shapes)
    assert "<a onclick" not in drawing.draw(Diagram(shapes, DIAGRAM.edges), title='"><script>')


def test_drawing_without_shapes_says_so() -> None:
    assert "没有图形" in drawing.draw(Diagram())


def test_timer_is_drawn_and_does_not_interrupt() -> None:
    late = node(parsed(drawing.draw(DIAGRAM, definition=DEFINITION)), "late")
    circles = [each.get("class") for each in late.iter(f"{SPACE}circle")]
    assert circles == ["body dashed", "ring dashed"]


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=60)


@given(NAMES, st.integers(min_value=2, max_value=20))
def test_wrapped_text_keeps_its_beginning_and_its_width(said: str, wide: int) -> None:
    lines = svg.wrap(said, wide, lines=3)
    assert 1 <= len(lines) <= 3
    kept = "".join("".join(lines).split())
    whole = "".join(said.split())
    assert kept == whole or whole.startswith(kept.removesuffix("…"))


def test_bars_and_lines_leave_out_what_is_not_known() -> None:
    labels, series = ["1月", "2月", "3月"], [Series("完成", [1.5, None, 3])]
    bars = parsed(charts.bars(labels, series, title="投资", unit="亿元"))
    assert len([r for r in bars.iter(f"{SPACE}rect") if r.get("class") == "c1"]) == 2
    lines = parsed(charts.line(labels, series, title="投资"))
    assert len(list(lines.iter(f"{SPACE}polyline"))) == 2
    told = next(bars.iter(f"{SPACE}desc")).text
    assert told == "完成：1月 1.5，3月 3"


def test_a_chart_of_nothing_stands() -> None:
    for drawn in (
        charts.bars([], [], title="空"),
        charts.line(["1月"], [Series("完成", [None])], title="空"),
        charts.donut([], title="空"),
        charts.donut([Part("甲", 0)], title="空"),
        charts.thread(allocated_fen=0, arrived_fen=0, paid_fen=0),
    ):
        parsed(drawn)


@given(st.lists(st.integers(min_value=-(10**12), max_value=10**12), min_size=1, max_size=12))
def test_bars_stay_inside_the_chart(values: list[int]) -> None:
    labels = [str(place) for place in range(len(values))]
    tree = parsed(charts.bars(labels, [Series("值", list(values))], title="值"))
    for bar in tree.iter(f"{SPACE}rect"):
        top, tall = float(bar.attrib["y"]), float(bar.attrib["height"])
        assert 0 <= top <= top + tall <= 220.01


def test_parts_that_open_their_rows_are_links_with_names() -> None:
    tree = parsed(charts.donut([Part("甲", 1, "1 亿元", "/a/"), Part("乙", 2)], title="投向"))
    (link,) = tree.iter(f"{SPACE}a")
    assert link.get("aria-label") == "甲 1 亿元"
    assert next(tree.iter(f"{SPACE}svg")).get("role") == "group"


def test_negative_part_of_a_whole_is_our_mistake() -> None:
    with pytest.raises(AssertionError):
        charts.donut([Part("甲", -1)], title="投向")


FEN = st.integers(min_value=0, max_value=10**12)


@given(FEN, FEN, FEN, FEN)
def test_money_thread_adds_up(paid: int, reserved: int, free: int, missing: int) -> None:
    arrived = paid + reserved + free
    allocated = arrived + missing
    tree = parsed(
        charts.thread(
            allocated_fen=allocated,
            arrived_fen=arrived,
            paid_fen=paid,
            reserved_fen=reserved,
            idle_fen=free // 2,
        )
    )
    wide = {each.get("class"): float(each.attrib["width"]) for each in tree.iter(f"{SPACE}rect")}
    used = wide.get("paid", 0) + wide.get("reserved", 0) + wide.get("idle", 0)
    assert used <= wide.get("arrived", 0) + 0.05
    assert wide.get("arrived", 0) <= 1000.01
