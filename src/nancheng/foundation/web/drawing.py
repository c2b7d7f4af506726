"""A BPMN drawing as SVG made on the server: lanes, symbols, arrows, and where a case stands.

Only classes, never style attributes: the strict content policy holds, and the sheet follows the
design system on screen and on paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from unicodedata import east_asian_width

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from nancheng.kernel.process.definition import Diagram, Edge, Shape

MARGIN = 12
LINE_HEIGHT = 16
# Half-width units of text that fit in a task's width (7 px each) and below an event or gateway.
TASK_UNIT = 7
BELOW_UNITS = 16
LANES = frozenset({"participant", "lane"})
EVENTS = {"startEvent": 1, "endEvent": 3, "boundaryEvent": 1, "intermediateCatchEvent": 1}
MARKS = ("stuck", "current", "waiting", "done")
# Signs in the corner of a task and in the middle of a gateway.
TASK_SIGNS = {
    "userTask": "☺",
    "serviceTask": "⚙",
    "businessRuleTask": "▦",
    "sendTask": "✉",
    "receiveTask": "✉",
    "manualTask": "✋",
}
GATEWAY_SIGNS = {
    "exclusiveGateway": "×",
    "parallelGateway": "+",
    "inclusiveGateway": "○",
    "eventBasedGateway": "⬠",
}


def draw(
    diagram: Diagram,
    marks: Mapping[str, Set[str]] | None = None,
    *,
    title: str = "",
    names: Mapping[str, str] | None = None,
) -> Markup:
    """Return the drawing; ``marks`` say which nodes are done, current, waiting or stuck.

    ``names`` give the reader's words for elements; without one the drawing's own name stands.
    """
    if not diagram.shapes:
        return Markup('<p class="hint">{}</p>').format(_("这张流程图没有图形信息。"))
    words = names or {}
    left, top, right, bottom = _bounds(diagram)
    box = f"{left:.0f} {top:.0f} {right - left:.0f} {bottom - top:.0f}"
    parts = [
        Markup('<svg class="bpmn" viewBox="{}" width="{}" height="{}" role="img">').format(
            box, round(right - left), round(bottom - top)
        ),
        Markup("<title>{}</title><desc>{}</desc>").format(
            title or _("流程图"), _described(diagram, marks or {}, words)
        ),
        Markup(
            '<defs><marker id="bpmn-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7"'
            ' markerHeight="7" orient="auto"><path class="bpmn-head" d="M0 0 10 5 0 10z"/></marker>'
            "</defs>"
        ),
        *(_lane(shape, words) for shape in diagram.shapes if shape.kind in LANES),
        *(_edge(edge, words) for edge in diagram.edges),
        *(
            _node(shape, _mark(shape.element, marks or {}), words)
            for shape in diagram.shapes
            if shape.kind not in LANES
        ),
        Markup("</svg>"),
    ]
    return Markup(
        '<div class="bpmn-frame" tabindex="0" role="region" aria-label="{}">{}</div>{}'
    ).format(title or _("流程图"), Markup("").join(parts), _legend() if marks else "")


def _bounds(diagram: Diagram) -> tuple[float, float, float, float]:
    points = [p for edge in diagram.edges for p in edge.points]
    xs = [s.x for s in diagram.shapes] + [s.x + s.width for s in diagram.shapes]
    ys = [s.y for s in diagram.shapes] + [s.y + s.height for s in diagram.shapes]
    xs += [x for x, _y in points]
    ys += [y for _x, y in points]
    return min(xs) - MARGIN, min(ys) - MARGIN, max(xs) + MARGIN, max(ys) + MARGIN


def _mark(element: str, marks: Mapping[str, Set[str]]) -> str:
    return next((mark for mark in MARKS if element in marks.get(mark, ())), "")


def _described(diagram: Diagram, marks: Mapping[str, Set[str]], words: Mapping[str, str]) -> str:
    """Say where the case stands, for who cannot see the drawing."""
    named = {shape.element: words.get(shape.element) or shape.name for shape in diagram.shapes}
    said = []
    for mark, text in (("current", _("当前环节：%(steps)s")), ("stuck", _("受阻：%(steps)s"))):
        steps = [named[node] for node in sorted(marks.get(mark, ())) if named.get(node)]
        if steps:
            said.append(text % {"steps": "、".join(steps)})
    return "；".join(said)


def _lane(shape: Shape, words: Mapping[str, str]) -> Markup:
    x, y = shape.x + 15, shape.y + shape.height / 2
    return Markup(
        '<rect class="bpmn-{}" x="{}" y="{}" width="{}" height="{}"/>'
        '<text class="bpmn-lane-name" transform="translate({} {}) rotate(-90)">{}</text>'
    ).format(
        "pool" if shape.kind == "participant" else "lane",
        shape.x,
        shape.y,
        shape.width,
        shape.height,
        x,
        y,
        words.get(shape.element) or shape.name,
    )


def _edge(edge: Edge, words: Mapping[str, str]) -> Markup:
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in edge.points)
    line = Markup('<polyline class="bpmn-flow" points="{}" marker-end="url(#bpmn-arrow)"/>').format(
        path
    )
    name = words.get(edge.element) or edge.name
    if not name or len(edge.points) < 2:
        return line
    (x1, y1), (x2, y2) = edge.points[0], edge.points[1]
    return line + Markup('<text class="bpmn-flow-name" x="{:.0f}" y="{:.0f}">{}</text>').format(
        (x1 + x2) / 2, (y1 + y2) / 2 - 5, name
    )


def _node(shape: Shape, mark: str, words: Mapping[str, str]) -> Markup:
    name = words.get(shape.element) or shape.name
    css = f"bpmn-node {mark}".strip()
    if shape.kind in EVENTS or shape.kind.endswith("Event"):
        body = _event(shape)
        body += _lines(name, shape.x + shape.width / 2, shape.y + shape.height + 15)
    elif shape.kind.endswith("Gateway"):
        body = _gateway(shape)
        body += _lines(name, shape.x + shape.width / 2, shape.y + shape.height + 14)
    else:
        body = _task(shape, name)
    return Markup('<g class="{}" data-node="{}">{}</g>').format(css, shape.element, body)


def _event(shape: Shape) -> Markup:
    x, y, r = shape.x + shape.width / 2, shape.y + shape.height / 2, shape.width / 2
    kind = {"startEvent": "start", "endEvent": "end"}.get(shape.kind, "between")
    body = Markup('<circle class="bpmn-event {}" cx="{}" cy="{}" r="{}"/>').format(kind, x, y, r)
    if kind == "between":
        body += Markup('<circle class="bpmn-event inner" cx="{}" cy="{}" r="{}"/>').format(
            x, y, r - 3
        )
        body += Markup('<path class="bpmn-sign" d="M{} {}V{}L{} {}"/>').format(
            x, y - r + 7, y, x + r - 9, y + 3
        )
    return body


def _gateway(shape: Shape) -> Markup:
    x, y = shape.x + shape.width / 2, shape.y + shape.height / 2
    return Markup(
        '<path class="bpmn-gateway" d="M{} {}L{} {} {} {} {} {}z"/>'
        '<text class="bpmn-gateway-sign" x="{}" y="{}">{}</text>'
    ).format(
        x,
        shape.y,
        shape.x + shape.width,
        y,
        x,
        shape.y + shape.height,
        shape.x,
        y,
        x,
        y + 7,
        GATEWAY_SIGNS.get(shape.kind, ""),
    )


def _task(shape: Shape, name: str) -> Markup:
    lines = list(wrapped(name, int(shape.width) // TASK_UNIT - 2))
    first = shape.y + shape.height / 2 - (len(lines) - 1) * LINE_HEIGHT / 2 + 6
    return (
        Markup('<rect class="bpmn-task" x="{}" y="{}" width="{}" height="{}" rx="8"/>').format(
            shape.x, shape.y, shape.width, shape.height
        )
        + Markup('<text class="bpmn-task-sign" x="{}" y="{}">{}</text>').format(
            shape.x + 6, shape.y + 15, TASK_SIGNS.get(shape.kind, "")
        )
        + _text(lines, shape.x + shape.width / 2, first)
    )


def _lines(name: str, x: float, y: float) -> Markup:
    return _text(list(wrapped(name, BELOW_UNITS)), x, y)


def _text(lines: list[str], x: float, y: float) -> Markup:
    return Markup("").join(
        Markup('<text class="bpmn-name" x="{:.0f}" y="{:.0f}">{}</text>').format(
            x, y + number * LINE_HEIGHT, line
        )
        for number, line in enumerate(lines)
    )


def wrapped(text: str, units: int) -> Iterator[str]:
    """Break a name into lines of at most so many half-widths; English breaks between words."""
    line, width = "", 0
    for word in _words(text):
        long = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in word)
        if line and width + long > units:
            yield line.strip()
            line, width = "", 0
        line, width = line + word, width + long
    if line.strip():
        yield line.strip()


def _words(text: str) -> Iterator[str]:
    word = ""
    for sign in text:
        if east_asian_width(sign) in "WF":
            if word:
                yield word
            yield sign
            word = ""
        elif sign == " ":
            yield word + sign
            word = ""
        else:
            word += sign
    if word:
        yield word


def _legend() -> Markup:
    words = (
        ("done", _("已办")),
        ("current", _("当前")),
        ("waiting", _("等待")),
        ("stuck", _("受阻")),
    )
    items = Markup("").join(
        Markup('<li class="{}">{}</li>').format(mark, escape(text)) for mark, text in words
    )
    return Markup('<ul class="bpmn-legend">{}</ul>').format(items)
