"""Small charts made on the server: they print, need no script, and are read aloud as words.

Values are numbers; ``shown`` is the same figure as people read it ("4.10 亿元").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, cos, floor, log10, pi, sin

from django.utils.translation import gettext as _
from markupsafe import Markup

from nancheng.foundation.web import figures, svg

COLOURS = 6
# What fits beside a ring, in Chinese characters.
LEGEND_WIDE = 14.5


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole, or one point of a series; ``href`` opens the rows behind it."""

    label: str
    value: float
    shown: str = ""
    href: str = ""

    @property
    def said(self) -> str:
        """Return the figure in words."""
        return self.shown or f"{self.value:g}"


@dataclass(frozen=True, slots=True)
class Series:
    """Values under one name, in the order of the chart's labels; None leaves a gap."""

    name: str
    values: Sequence[float | None]


def bars(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    unit: str = "",
    width: float = 420,
    height: float = 220,
) -> Markup:
    """Return grouped upright bars, one group for each label."""
    frame = _Frame(labels, series, width=width, height=height)
    drawn = []
    thick = min(22.0, frame.step * 0.7 / max(1, len(series)))
    for place, one in enumerate(series):
        for at, value in enumerate(one.values):
            if value is None:
                continue
            x = frame.x(at) + (place - len(series) / 2) * thick
            top, foot = sorted((frame.y(value), frame.y(0)))
            drawn.append(
                svg.tag(
                    "rect",
                    svg.tag("title", f"{labels[at]} {one.name} {value:g}{unit}"),
                    x=x + 1,
                    y=top,
                    width=thick - 2,
                    height=max(0.5, foot - top),
                    rx=1.5,
                    class_=f"c{place % COLOURS + 1}",
                )
            )
    return frame.picture(*drawn, title=title, unit=unit)


def line(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    unit: str = "",
    width: float = 420,
    height: float = 220,
) -> Markup:
    """Return lines over the labels; a missing value breaks its line."""
    frame = _Frame(labels, series, width=width, height=height)
    drawn: list[Markup] = []
    for place, one in enumerate(series):
        css = f"c{place % COLOURS + 1}"
        for run in _runs(one.values):
            spots = [(frame.x(at), frame.y(value)) for at, value in run]
            drawn.append(svg.tag("polyline", points=svg.points(spots), class_=f"stroke {css}"))
            drawn.extend(
                svg.tag(
                    "circle",
                    svg.tag("title", f"{labels[at]} {one.name} {value:g}{unit}"),
                    cx=frame.x(at),
                    cy=frame.y(value),
                    r=3,
                    class_=css,
                )
                for at, value in run
            )
    return frame.picture(*drawn, title=title, unit=unit)


def donut(parts: Sequence[Part], *, title: str, middle: str = "", unit: str = "") -> Markup:
    """Return a ring of parts with their legend at its right; values below zero are refused."""
    assert all(part.value >= 0 for part in parts), title
    whole = sum(part.value for part in parts)
    drawn, start = [], 0.0
    for place, part in enumerate(parts):
        share = part.value / whole if whole else 0.0
        css = f"c{place % COLOURS + 1}"
        if share:
            ring = svg.tag("title", f"{part.label} {part.said}（{figures.percent(share)}）")
            path = svg.tag("path", ring, d=_arc(start, share), class_=css)
            name = f"{part.label} {part.said}"
            drawn.append(svg.tag("a", path, href=part.href, aria_label=name) if part.href else path)
        start += share
    drawn.extend(_beside(parts))
    if middle:
        drawn.append(svg.text(middle, 100, 94 if unit else 100, css="middle"))
    if unit:
        drawn.append(svg.text(unit, 100, 118, css="axis"))
    told = "，".join(f"{part.label} {part.said}" for part in parts) or _("暂无数据")
    role = "group" if any(part.href for part in parts) else "img"
    box = (0.0, 0.0, 420.0, 200.0)
    return svg.picture(*drawn, box=box, title=title, told=told, css="chart", role=role)


def _beside(parts: Sequence[Part]) -> Iterator[Markup]:
    """Yield the legend of a ring, in its middle; a long name runs over several lines."""
    said = [f"{part.label}　{part.said}" for part in parts]
    deep = [9 + 15 * len(svg.wrap(words, LEGEND_WIDE, lines=3)) for words in said]
    tight = min(1.0, 200 / max(sum(deep), 1))
    y = 100 - sum(deep) * tight / 2
    for place, words in enumerate(said):
        y += deep[place] * tight / 2
        css = f"c{place % COLOURS + 1}"
        yield svg.tag("rect", x=218, y=y - 6, width=12, height=12, rx=3, class_=css)
        yield svg.text(words, 238, y, css="axis", anchor="start", wide=LEGEND_WIDE)
        y += deep[place] * tight / 2


def thread(
    *,
    allocated_fen: int,
    arrived_fen: int,
    paid_fen: int,
    reserved_fen: int = 0,
    idle_fen: int = 0,
    title: str = "",
) -> Markup:
    """Return the money thread of a project: allotted, arrived, and what became of it.

    The bar is the allotment. In it stand, from the left, what is paid, what is reserved, and what
    is left of what has arrived; the part of the rest that has lain idle is hatched at its end.
    """
    whole = max(allocated_fen, arrived_fen, 1)
    spots = (
        ("arrived", 0, arrived_fen),
        ("paid", 0, paid_fen),
        ("reserved", paid_fen, reserved_fen),
        ("idle", arrived_fen - idle_fen, idle_fen),
    )
    drawn = [svg.tag("rect", x=0, y=0, width=1000, height=26, rx=4, class_="rest")]
    drawn.extend(
        svg.tag(
            "rect", x=start * 1000 / whole, y=0, width=fen * 1000 / whole, height=26, class_=css
        )
        for css, start, fen in spots
        if fen > 0
    )
    figures_said = (
        (_("安排"), allocated_fen),
        (_("到位"), arrived_fen),
        (_("已支付"), paid_fen),
        (_("已预留"), reserved_fen),
        (_("闲置"), idle_fen),
    )
    told = "，".join(f"{label} {figures.money(fen)} {_('元')}" for label, fen in figures_said)
    return svg.picture(
        *drawn, box=(0, 0, 1000, 26), title=title or _("资金链条"), told=told, css="chart thread"
    )


class _Frame:
    """Axes, grid and legend of a chart over labels."""

    def __init__(
        self, labels: Sequence[str], series: Sequence[Series], *, width: float, height: float
    ) -> None:
        self.labels, self.series, self.width, self.height = labels, series, width, height
        values = [value for one in series for value in one.values if value is not None]
        self.top = _round_up(max(values, default=0))
        self.bottom = -_round_up(-min(values, default=0))
        self.left, self.foot, self.head = 44.0, 26.0, 30.0
        self.step = (width - self.left - 8) / max(1, len(labels))

    def x(self, place: int) -> float:
        """Return the middle of a label's share of the width."""
        return self.left + (place + 0.5) * self.step

    def y(self, value: float) -> float:
        """Return the height of a value."""
        room = self.height - self.head - self.foot
        return self.head + (self.top - value) / ((self.top - self.bottom) or 1) * room

    def picture(self, *drawn: Markup, title: str, unit: str) -> Markup:
        """Return the chart around what was drawn."""
        told = "；".join(f"{one.name}：{self._told(one)}" for one in self.series) or _("暂无数据")
        box = (0.0, 0.0, self.width, self.height)
        parts = [*self._grid(unit), *drawn, *self._names(), *self._legend()]
        return svg.picture(*parts, box=box, title=title, told=told, css="chart")

    def _grid(self, unit: str) -> list[Markup]:
        lines = []
        for place in range(5):
            value = self.bottom + (self.top - self.bottom) * place / 4
            y = self.y(value)
            lines.append(
                svg.tag("line", x1=self.left, y1=y, x2=self.width - 8, y2=y, class_="grid")
            )
            lines.append(svg.text(f"{value:g}", self.left - 6, y, css="axis", anchor="end"))
        if unit:
            lines.append(svg.text(unit, self.left - 6, 12, css="axis", anchor="end"))
        return lines

    def _names(self) -> list[Markup]:
        every = ceil(max((svg.breadth(n) for n in self.labels), default=0) * 12 / (self.step or 1))
        shown = max(1, every)
        return [
            svg.text(name, self.x(at), self.height - 12, css="axis")
            for at, name in enumerate(self.labels)
            if at % shown == 0
        ]

    def _legend(self) -> list[Markup]:
        drawn, x = [], self.left + 8
        for place, one in enumerate(self.series if len(self.series) > 1 else ()):
            css = f"c{place % COLOURS + 1}"
            drawn.append(svg.tag("rect", x=x, y=6, width=14, height=12, rx=3, class_=css))
            drawn.append(svg.text(one.name, x + 20, 12, css="axis", anchor="start"))
            x += 36 + svg.breadth(one.name) * 12
        return drawn

    def _told(self, one: Series) -> str:
        pairs = zip(self.labels, one.values, strict=True)
        return "，".join(f"{label} {value:g}" for label, value in pairs if value is not None)


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((at, value))
    return [run for run in runs if run]


def _round_up(value: float) -> float:
    """Return the next round figure whose quarter is round too."""
    if value <= 0:
        return 0.0
    ten = 10.0 ** floor(log10(value))
    return next(
        ten * step for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if ten * step >= value
    )


def _arc(start: float, share: float) -> str:
    # A full circle has no arc: its ends would be one point.
    end = start + min(share, 0.9999)

    def spot(turn: float, radius: float) -> str:
        angle = 2 * pi * turn - pi / 2
        return f"{svg.number(100 + radius * cos(angle))} {svg.number(100 + radius * sin(angle))}"

    large = int(end - start > 0.5)
    outer = f"M{spot(start, 88)}A88 88 0 {large} 1 {spot(end, 88)}"
    return f"{outer}L{spot(end, 56)}A56 56 0 {large} 0 {spot(start, 56)}z"
