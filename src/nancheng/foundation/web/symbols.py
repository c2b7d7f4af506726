"""BPMN's symbols, one function for each family of elements."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from nancheng.foundation.web import svg
from nancheng.kernel.process.definition import Shape

HEAD = 30.0
# The width of a Chinese character in the name of a pool or lane, and the step between its lines.
FRAME_LETTER = 13.5

# Small drawings in a box of 16 units.
GLYPHS: Mapping[str, str] = {
    "userTask": "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14.5c0-3 2.3-5 5.5-5s5.5 2 5.5 5z",
    "serviceTask": "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v2M8 12.5v2"
    "M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M3.4 12.6l1.4-1.4"
    "M11.2 4.8l1.4-1.4",
    "businessRuleTask": "M1.5 3h13v10h-13zM1.5 6h13M5.5 6v7M1.5 9.5h13",
    "sendTask": "M1.5 3.5h13v9h-13zM1.5 3.5L8 9l6.5-5.5",
    "receiveTask": "M1.5 3.5h13v9h-13zM1.5 3.5L8 9l6.5-5.5",
    "manualTask": "M3 9.5V5.5a1.2 1.2 0 0 1 2.4 0V3.2a1.2 1.2 0 0 1 2.4 0v-.5a1.2 1.2 0 0 1 2.4"
    " 0v1a1.2 1.2 0 0 1 2.4 0V10c0 3-2 4.5-4.8 4.5S3 12.5 3 9.5z",
    "timer": "M8 15A7 7 0 1 0 8 1a7 7 0 0 0 0 14zM8 4v4l3 2",
    "message": "M2 4h12v8H2zM2 4l6 5 6-5",
    "signal": "M8 2.5L14.5 13h-13z",
    "error": "M2.5 13.5L6 3l4 6 3.5-6.5L10 13 6 7.5z",
    "escalation": "M8 2l4.5 12L8 9.5 3.5 14z",
    "link": "M2 6h7V3l5 5-5 5v-3H2z",
    "done": "M3.5 8.5l3 3 6-6.5",
    "stuck": "M8 3v6M8 12v.6",
    "waiting": "M8 4v4.5l3 1.5",
}
GATES: Mapping[str, str] = {
    "exclusiveGateway": "M-6-6L6 6M6-6L-6 6",
    "parallelGateway": "M0-10V10M-10 0H10",
    "inclusiveGateway": "M0-9a9 9 0 1 0 0 18A9 9 0 0 0 0-9z",
    "eventBasedGateway": "M0-8L8-2 5 7H-5L-8-2z",
}
DOUBLE = frozenset({"intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})


def draw(shape: Shape, name: str, *, trigger: str, dashed: bool, aside: bool) -> Markup:
    """Return the symbol of a shape with its name.

    ``trigger`` is an event's; ``aside`` moves a name from below to the left, off a line.
    """
    family = _family(shape.kind)
    return family(shape, name, trigger=trigger, dashed=dashed, aside=aside)


def glyph(name: str, x: float, y: float, *, size: float = 16.0, css: str = "glyph") -> Markup:
    """Return a small drawing with its upper left corner at (x, y)."""
    place = f"translate({svg.number(x)} {svg.number(y)}) scale({svg.number(size / 16)})"
    return svg.tag("path", d=GLYPHS[name], transform=place, class_=css)


def is_frame(shape: Shape) -> bool:
    """Say whether the shape is a pool or a lane, which lie behind the others."""
    return shape.kind in {"participant", "lane"}


def _family(kind: str) -> Callable[..., Markup]:
    if kind in {"participant", "lane"}:
        return _frame
    if kind.endswith("Event"):
        return _event
    if kind.endswith("Gateway"):
        return _gateway
    return _note if kind in {"textAnnotation", "dataObjectReference", "group"} else _task


def _frame(shape: Shape, name: str, *, trigger: str, dashed: bool, aside: bool) -> Markup:
    flat = shape.horizontal
    across, down = (HEAD, shape.height) if flat else (shape.width, HEAD)
    head = svg.tag("rect", x=shape.x, y=shape.y, width=across, height=down, class_="head")
    lines = svg.wrap(name, max(2.0, ((down if flat else across) - 8) / FRAME_LETTER), lines=2)
    said = [
        svg.tag(
            "text",
            line,
            # Upright lines stand from the right to the left.
            x=shape.x + across / 2 + (turn if flat else 0),
            y=shape.y + down / 2 - (0 if flat else turn),
            text_anchor="middle",
            dominant_baseline="central",
            writing_mode="vertical-rl" if flat else None,
            class_="frame-name",
        )
        for place, line in enumerate(lines)
        for turn in [((len(lines) - 1) / 2 - place) * FRAME_LETTER]
    ]
    return Markup("").join([_box(shape, css="frame-body"), head, *said])


def _task(shape: Shape, name: str, *, trigger: str, dashed: bool, aside: bool) -> Markup:
    parts = [_box(shape, css="body", rx=8)]
    if shape.kind in GLYPHS:
        parts.append(glyph(shape.kind, shape.x + 6, shape.y + 6))
    wide = max(2.0, (shape.width - 14) / 13)
    is_open = shape.kind in {"subProcess", "transaction"} and shape.expanded
    height = shape.y + (16 if is_open else shape.height / 2 + (5 if shape.kind in GLYPHS else 0))
    parts.append(svg.text(name, shape.x + shape.width / 2, height, css="name", wide=wide))
    if trigger in {"parallel", "sequential"}:
        parts.append(_instances(shape, lying=trigger == "sequential"))
    if shape.kind in {"subProcess", "callActivity"} and not shape.expanded:
        x, y = shape.x + shape.width / 2, shape.y + shape.height - 9
        parts.append(
            svg.tag(
                "path", d=f"M{x - 6} {y - 6}h12v12h-12zM{x} {y - 4}v8M{x - 4} {y}h8", class_="glyph"
            )
        )
    return Markup("").join(parts)


def _instances(shape: Shape, *, lying: bool) -> Markup:
    x, y = svg.number(shape.x + shape.width / 2), svg.number(shape.y + shape.height - 12)
    bars = "m-5 1h10m-10 4h10m-10 4h10" if lying else "m-5 0v9m5-9v9m5-9v9"
    return svg.tag("path", d=f"M{x} {y}{bars}", class_="glyph thick")


def _event(shape: Shape, name: str, *, trigger: str, dashed: bool, aside: bool) -> Markup:
    x, y, r = shape.x + shape.width / 2, shape.y + shape.height / 2, shape.width / 2
    is_end = shape.kind == "endEvent"
    css = "body" + (" end" if is_end else "") + (" dashed" if dashed else "")
    parts = [svg.tag("circle", cx=x, cy=y, r=r, class_=css)]
    if shape.kind in DOUBLE:
        inner = "ring dashed" if dashed else "ring"
        parts.append(svg.tag("circle", cx=x, cy=y, r=r - 3, class_=inner))
    if trigger == "terminate":
        parts.append(svg.tag("circle", cx=x, cy=y, r=r * 0.55, class_="full"))
    elif trigger in GLYPHS:
        size = r * 1.1
        css = "glyph full" if shape.kind == "intermediateThrowEvent" or is_end else "glyph"
        parts.append(glyph(trigger, x - size / 2, y - size / 2, size=size, css=css))
    parts.append(_below(shape, name, aside=aside))
    return Markup("").join(parts)


def _gateway(shape: Shape, name: str, *, trigger: str, dashed: bool, aside: bool) -> Markup:
    x, y = shape.x + shape.width / 2, shape.y + shape.height / 2
    half_x, half_y = shape.width / 2, shape.height / 2
    diamond = svg.points(((x, y - half_y), (x + half_x, y), (x, y + half_y), (x - half_x, y)))
    place = f"translate({svg.number(x)} {svg.number(y)})"
    return Markup("").join(
        (
            svg.tag("polygon", points=diamond, class_="body"),
            svg.tag("path", d=GATES.get(shape.kind, ""), transform=place, class_="glyph thick"),
            _below(shape, name, aside=aside),
        )
    )


def _note(shape: Shape, name: str, *, trigger: str, dashed: bool, aside: bool) -> Markup:
    wide = max(2.0, shape.width / 13)
    middle = (shape.x + shape.width / 2, shape.y + shape.height / 2)
    return _box(shape, css="note") + svg.text(name, *middle, css="label", wide=wide)


def _below(shape: Shape, name: str, *, aside: bool) -> Markup:
    if not name:
        return Markup("")
    if aside:
        x, y = shape.x + shape.width / 2 - 8, shape.y + shape.height + 6
        return svg.text(name, x, y, css="label", anchor="end", wide=8)
    lines = len(svg.wrap(name, 8, lines=3))
    y = shape.y + shape.height + 11 + (lines - 1) * 7.5
    return svg.text(name, shape.x + shape.width / 2, y, css="label", wide=8)


def _box(shape: Shape, *, css: str, rx: float | None = None) -> Markup:
    size = {"width": shape.width, "height": shape.height}
    return svg.tag("rect", x=shape.x, y=shape.y, rx=rx, class_=css, **size)
