"""Outlines of places as GeoJSON: read within limits, checked, measured. Pure.

RFC 7946: WGS 84 longitude and latitude, rings closed, first ring the outer one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nancheng.kernel.refusal import Refused

# Our limits: an outline drawn by a person is far below them, a hostile one is stopped early.
TEXT_MAX = 200_000
POINTS_MAX = 5_000
DEPTH_MAX = 12
PARTS_MAX = 200
# RFC 7946, 3.1.6: a ring has four positions or more, the last being the first again.
RING_POINTS_MIN = 4
# Mean radius in metres (IUGG), for areas good to about 0.3 %: enough to spot a slip.
EARTH_RADIUS_M = 6_371_008.8

Point = tuple[float, float]
Ring = tuple[Point, ...]
Polygon = tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A checked outline: its polygons or its single point, and its written form."""

    text: str
    polygons: tuple[Polygon, ...]
    points: tuple[Point, ...]

    @property
    def area_m2(self) -> float:
        """Return the area in square metres, holes taken out."""
        return sum(_polygon_area(polygon) for polygon in self.polygons)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north in degrees."""
        xs = [x for x, _ in self._positions()]
        ys = [y for _, y in self._positions()]
        return min(xs), min(ys), max(xs), max(ys)

    def path(self, width: int, height: int) -> str:
        """Return the polygons as SVG path data that fills a box, north up; "" without polygons.

        A degree of longitude is shortened by the cosine of the latitude: true to shape for a zone.
        """
        west, south, east, north = self.bounds
        narrow = math.cos(math.radians((south + north) / 2))
        span = max((east - west) * narrow / width, (north - south) / height)
        if not self.polygons or not span:
            return ""
        return " ".join(
            "M"
            + "L".join(
                f"{(x - west) * narrow / span:.1f},{(north - y) / span:.1f}" for x, y in ring[:-1]
            )
            + "Z"
            for polygon in self.polygons
            for ring in polygon
        )

    def _positions(self) -> Iterator[Point]:
        yield from self.points
        for polygon in self.polygons:
            for ring in polygon:
                yield from ring


def outline(text: str) -> Outline:
    """Return the outline that GeoJSON text draws: a Point, Polygon, MultiPolygon, or a Feature.

    Raises ``Refused`` "register.geojson.size", ".syntax", ".depth", ".kind", ".ring",
    ".coordinates" or ".points", with the figures.
    """
    if len(text) > TEXT_MAX:
        raise Refused("register.geojson.size", field="geojson", size=len(text), most=TEXT_MAX)
    if _depth(text) > DEPTH_MAX:
        raise Refused("register.geojson.depth", field="geojson", most=DEPTH_MAX)
    value = _parsed(text)
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _READERS:
        raise Refused("register.geojson.kind", field="geojson", kind=str(kind)[:40])
    polygons, points = _READERS[kind](value.get("coordinates"))
    count = len(points) + sum(len(ring) for polygon in polygons for ring in polygon)
    if count > POINTS_MAX:
        raise Refused("register.geojson.points", field="geojson", points=count, most=POINTS_MAX)
    return Outline(_written(kind, polygons, points), polygons, points)


def _depth(text: str) -> int:
    """Return how deep brackets nest, what is quoted left out; no parser that recurses."""
    depth = deepest = 0
    for character in _QUOTED.sub("", text):
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        raise Refused("register.geojson.syntax", field="geojson", line=line) from None


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _point(value: object) -> tuple[tuple[Polygon, ...], tuple[Point, ...]]:
    return (), (_position(value),)


def _one_polygon(value: object) -> tuple[tuple[Polygon, ...], tuple[Point, ...]]:
    return (_polygon(value),), ()


def _polygons(value: object) -> tuple[tuple[Polygon, ...], tuple[Point, ...]]:
    return tuple(_polygon(part) for part in _parts(value)), ()


_READERS: dict[str, Callable[[object], tuple[tuple[Polygon, ...], tuple[Point, ...]]]] = {
    "Point": _point,
    "Polygon": _one_polygon,
    "MultiPolygon": _polygons,
}


def _polygon(value: object) -> Polygon:
    return tuple(_ring(ring) for ring in _parts(value))


def _parts(value: object) -> list[object]:
    if not isinstance(value, list) or not 0 < len(value) <= PARTS_MAX:
        raise Refused("register.geojson.ring", field="geojson")
    return value


def _ring(value: object) -> Ring:
    if not isinstance(value, list) or len(value) > POINTS_MAX:
        raise Refused("register.geojson.ring", field="geojson")
    ring = tuple(_position(position) for position in value)
    if len(set(ring)) < RING_POINTS_MIN - 1 or ring[0] != ring[-1]:
        raise Refused("register.geojson.ring", field="geojson")
    return ring


def _position(value: object) -> Point:
    if not isinstance(value, list) or len(value) not in {2, 3}:
        raise Refused("register.geojson.coordinates", field="geojson", value=str(value)[:40])
    x, y = value[:2]
    if not (_within(x, 180) and _within(y, 90)):
        raise Refused("register.geojson.coordinates", field="geojson", value=str(value[:2])[:40])
    return round(float(x), 7), round(float(y), 7)


def _within(value: object, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -most <= value <= most


def _written(kind: str, polygons: tuple[Polygon, ...], points: tuple[Point, ...]) -> str:
    coordinates: object = polygons
    if kind == "Point":
        coordinates = points[0]
    elif kind == "Polygon":
        coordinates = polygons[0]
    return json.dumps({"type": kind, "coordinates": coordinates}, separators=(",", ":"))


def _polygon_area(polygon: Polygon) -> float:
    outer, *holes = (_ring_area(ring) for ring in polygon)
    return max(0.0, outer - sum(holes))


def _ring_area(ring: Ring) -> float:
    """Return the area of a ring on the sphere (Chamberlain and Duquette's line integral)."""
    total = 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        total += math.radians(x2 - x1) * (
            2 + math.sin(math.radians(y1)) + math.sin(math.radians(y2))
        )
    return abs(total) * EARTH_RADIUS_M**2 / 2
