"""A process as a picture: its lanes, its steps, and where a case stands on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from django.utils.translation import gettext as _
from markupsafe import Markup

from nancheng.foundation.web import svg, symbols
from nancheng.kernel.process.definition import Definition, Diagram, Edge, Node, Shape, Trigger

# From strong to weak: a step that was done and is open again is open.
STATES = ("stuck", "current", "waiting", "done")
PADDING = 16.0
# Drawings are made for paper; on a page they may be a little smaller and are still read.
SCALE = 0.9

Marks = Mapping[str, Collection[str]]


def draw(
    diagram: Diagram,
    marks: Marks | None = None,
    *,
    title: str = "",
    names: Mapping[str, str] | None = None,
    definition: Definition | None = None,
) -> Markup:
    """Return the picture in a frame that scrolls, with what its colours mean.

    ``marks`` says which elements are "done", "current", "waiting" or "stuck". ``names`` are the
    reader's words for elements; without one the drawing's own name stands. ``definition`` gives
    the symbols of messages and errors, and the signs of joint signing; without it, an event that
    catches is drawn as a timer.
    """
    if not diagram.shapes:
        return Markup('<p class="quiet">{}</p>').format(_("此流程没有图形。"))
    frame = Markup('<div class="drawing" tabindex="0" role="region" aria-label="{}">{}</div>')
    drawn = _picture(_named(diagram, names or {}), marks or {}, title=title, definition=definition)
    return frame.format(title or _("流程图"), drawn) + _legend(marks or {})


def state_words(state: str) -> str:
    """Return the word for a state of a step."""
    words = {
        "done": _("已完成"),
        "current": _("办理中"),
        "waiting": _("等待中"),
        "stuck": _("受阻"),
    }
    return words.get(state, "")


def _picture(
    diagram: Diagram, marks: Marks, *, title: str, definition: Definition | None
) -> Markup:
    states = _states(marks)
    frames = [each for each in diagram.shapes if symbols.is_frame(each)]
    steps = [each for each in diagram.shapes if not symbols.is_frame(each)]
    ends = {end for edge in diagram.edges for end in (*edge.points[:1], *edge.points[-1:])}
    x, y, width, height = _box(diagram)
    return svg.picture(
        _arrows(),
        *(_shape(each, "", definition) for each in frames),
        *(_edge(each, states, definition) for each in diagram.edges),
        *(
            _shape(each, states.get(each.element, ""), definition, aside=_leaves_below(each, ends))
            for each in steps
        ),
        *(_edge_name(each) for each in diagram.edges if each.name),
        box=(x, y, width, height),
        scale=SCALE,
        title=title or _("流程图"),
        told=_told(steps, states),
        css="bpmn",
    )


def _legend(marks: Marks) -> Markup:
    items = [
        svg.tag("li", state_words(state), class_=state)
        for state in ("done", "current", "waiting", "stuck")
        if marks.get(state)
    ]
    return svg.tag("ul", *items, class_="legend states") if items else Markup("")


def _named(diagram: Diagram, names: Mapping[str, str]) -> Diagram:
    shapes = tuple(replace(s, name=names.get(s.element, s.name)) for s in diagram.shapes)
    edges = tuple(replace(e, name=names.get(e.element, e.name)) for e in diagram.edges)
    return Diagram(shapes, edges)


def _states(marks: Marks) -> dict[str, str]:
    states: dict[str, str] = {}
    for state in reversed(STATES):
        states |= dict.fromkeys(marks.get(state, ()), state)
    return states


def _box(diagram: Diagram) -> tuple[float, float, float, float]:
    shapes = diagram.shapes
    points = [point for edge in diagram.edges for point in edge.points]
    points += [(s.x, s.y) for s in shapes]
    # Names of events and gateways hang below their symbols.
    points += [(s.x + s.width, s.y + s.height + (34 if _hangs(s) else 0)) for s in shapes]
    left, top = min(x for x, _y in points) - PADDING, min(y for _x, y in points) - PADDING
    right, low = max(x for x, _y in points) + PADDING, max(y for _x, y in points) + PADDING
    return left, top, right - left, low - top


def _leaves_below(shape: Shape, ends: Collection[tuple[float, float]]) -> bool:
    foot = (shape.x + shape.width / 2, shape.y + shape.height)
    return any(abs(x - foot[0]) < 3 and abs(y - foot[1]) < 3 for x, y in ends)


def _hangs(shape: Shape) -> bool:
    return bool(shape.name) and shape.kind.endswith(("Event", "Gateway"))


def _shape(
    shape: Shape, state: str, definition: Definition | None, *, aside: bool = False
) -> Markup:
    node = definition.nodes.get(shape.element) if definition else None
    dashed = node is not None and not node.interrupting
    drawn = symbols.draw(
        shape, shape.name, trigger=_trigger(shape, node), dashed=dashed, aside=aside
    )
    said = f"{shape.name}：{state_words(state)}" if state else shape.name
    css = "frame" if symbols.is_frame(shape) else f"node {state}".strip()
    return svg.tag(
        "g",
        svg.tag("title", said),
        drawn,
        _badge(shape, state),
        class_=css,
        data_node=shape.element,
    )


def _trigger(shape: Shape, node: Node | None) -> str:
    if node is None:
        catches = shape.kind in {"boundaryEvent", "intermediateCatchEvent"}
        return Trigger.TIMER.value if catches else ""
    if node.loop is not None:
        return "sequential" if node.loop.sequential else "parallel"
    return node.event.trigger.value


def _badge(shape: Shape, state: str) -> Markup:
    """Mark the state by a sign as well: colour alone says nothing to some."""
    if state not in symbols.GLYPHS or shape.kind.endswith(("Event", "Gateway")):
        return Markup("")
    x, y = shape.x + shape.width, shape.y
    circle = svg.tag("circle", cx=x, cy=y, r=9, class_="badge-back")
    return circle + symbols.glyph(state, x - 8, y - 8, css="badge-sign")


def _edge(edge: Edge, states: Mapping[str, str], definition: Definition | None) -> Markup:
    went = states.get(edge.source) == "done" and edge.target in states
    default = False
    if definition is not None and edge.source in definition.nodes:
        default = definition.nodes[edge.source].default == edge.element
    css = "edge" + (" went" if went else "") + (" message" if not edge.source else "")
    line = svg.tag(
        "polyline",
        points=svg.points(edge.points),
        class_=css,
        marker_end="url(#arrow-went)" if went else "url(#arrow)",
    )
    return line + _default(edge) if default else line


def _default(edge: Edge) -> Markup:
    if len(edge.points) < 2:
        return Markup("")
    (x, y), (to_x, to_y) = edge.points[0], edge.points[1]
    length = max(1.0, ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5)
    x, y = x + (to_x - x) / length * 10, y + (to_y - y) / length * 10
    ends = ((x - 4, y + 5), (x + 4, y - 5))
    return svg.tag("polyline", points=svg.points(ends), class_="edge")


def _edge_name(edge: Edge) -> Markup:
    """Write the name beside the first leg of the line that is long enough to hold it."""
    legs = list(zip(edge.points, edge.points[1:], strict=False))
    if not legs:
        return Markup("")
    (x, y), (to_x, to_y) = next((leg for leg in legs if _long(leg) > 30), legs[0])
    if abs(to_x - x) >= abs(to_y - y):
        return svg.text(edge.name, (x + to_x) / 2, y - 10, css="label halo")
    return svg.text(edge.name, x + 6, (y + to_y) / 2, css="label halo", anchor="start")


def _long(leg: tuple[tuple[float, float], tuple[float, float]]) -> float:
    return abs(leg[1][0] - leg[0][0]) + abs(leg[1][1] - leg[0][1])


def _arrows() -> Markup:
    def marker(name: str) -> Markup:
        head = svg.tag("path", d="M0 0L10 5 0 10z")
        size = {"markerWidth": 7, "markerHeight": 7, "refX": 9.5, "refY": 5}
        return svg.tag("marker", head, id=name, viewBox="0 0 10 10", orient="auto", **size)

    return svg.tag("defs", marker("arrow"), marker("arrow-went"))


def _told(steps: list[Shape], states: Mapping[str, str]) -> str:
    said = [
        f"{state_words(state)}：" + "、".join(names)
        for state in STATES
        if (names := [s.name for s in steps if s.name and states.get(s.element) == state])
    ]
    return "；".join(said)
