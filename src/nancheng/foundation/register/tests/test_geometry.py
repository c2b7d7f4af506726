"""Outlines: what is read, what is refused and with which figures, and the area."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.register import geometry
from nancheng.kernel.refusal import Refused

SQUARE = [[120.0, 28.0], [120.01, 28.0], [120.01, 28.01], [120.0, 28.01], [120.0, 28.0]]
HOLE = [
    [120.002, 28.002],
    [120.004, 28.002],
    [120.004, 28.004],
    [120.002, 28.004],
    [120.002, 28.002],
]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "geometry"]), inner, max_size=3)
    ),
    max_leaves=20,
)


def geojson(kind: str, coordinates: object) -> str:
    return json.dumps({"type": kind, "coordinates": coordinates})


def code(text: str) -> str:
    with pytest.raises(Refused) as caught:
        geometry.outline(text)
    assert caught.value.field == "geojson"
    return caught.value.code


def test_a_square_has_the_area_of_the_sphere_between_its_sides() -> None:
    found = geometry.outline(geojson("Polygon", [SQUARE]))
    # 0.01° of longitude at 28° N times 0.01° of latitude, by the cosine rule for small squares.
    assert found.area_m2 == pytest.approx(1_091_700, rel=0.001)
    assert found.bounds == (120.0, 28.0, 120.01, 28.01)


def test_a_hole_is_taken_out() -> None:
    whole = geometry.outline(geojson("Polygon", [SQUARE])).area_m2
    assert geometry.outline(geojson("Polygon", [SQUARE, HOLE])).area_m2 == pytest.approx(
        whole * 0.96, rel=0.001
    )


def test_direction_does_not_matter() -> None:
    there = geometry.outline(geojson("Polygon", [SQUARE])).area_m2
    assert geometry.outline(geojson("Polygon", [SQUARE[::-1]])).area_m2 == pytest.approx(there)


def test_features_points_and_several_parts_are_read() -> None:
    feature = json.dumps(
        {
            "type": "Feature",
            "properties": {"a": "[[["},
            "geometry": json.loads(geojson("Point", [120.5, 28.5, 9])),
        }
    )
    assert geometry.outline(feature).points == ((120.5, 28.5),)
    parts = geometry.outline(geojson("MultiPolygon", [[SQUARE], [HOLE]]))
    assert len(parts.polygons) == 2


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "register.geojson.syntax"),
        ("{", "register.geojson.syntax"),
        ('{"type": NaN}', "register.geojson.syntax"),
        ("[]", "register.geojson.kind"),
        ("3", "register.geojson.kind"),
        ('{"type": ["Point"]}', "register.geojson.kind"),
        ('{"type": "Feature", "geometry": null}', "register.geojson.kind"),
        (geojson("LineString", SQUARE), "register.geojson.kind"),
        (geojson("Point", [181, 0]), "register.geojson.coordinates"),
        (geojson("Point", [0, -90.5]), "register.geojson.coordinates"),
        (geojson("Point", ["120", "28"]), "register.geojson.coordinates"),
        (geojson("Point", [True, False]), "register.geojson.coordinates"),
        (geojson("Point", None), "register.geojson.coordinates"),
        (geojson("Polygon", []), "register.geojson.ring"),
        (geojson("Polygon", [SQUARE[:-1]]), "register.geojson.ring"),
        (geojson("Polygon", [[SQUARE[0]] * 5]), "register.geojson.ring"),
        (geojson("Polygon", [[]]), "register.geojson.ring"),
        (geojson("MultiPolygon", [[SQUARE]] * 201), "register.geojson.ring"),
        ("[" * 5_000, "register.geojson.depth"),
        (" " * 200_001, "register.geojson.size"),
        (geojson("Polygon", [[SQUARE[0]] * 5_001]), "register.geojson.ring"),
        ('{"type":"Point","coordinates":[1e999,0]}', "register.geojson.coordinates"),
    ],
)
def test_what_is_not_an_outline_is_refused_by_name(text: str, refusal: str) -> None:
    assert code(text) == refusal


def test_too_many_points_over_several_rings_are_refused() -> None:
    ring = [[120 + i / 10_000, 28 + (i % 7) / 1_000] for i in range(2_000)]
    ring.append(ring[0])
    assert code(geojson("Polygon", [ring, ring, ring])) == "register.geojson.points"


def test_the_written_form_reads_back_as_itself() -> None:
    once = geometry.outline(geojson("Polygon", [SQUARE, HOLE]))
    assert geometry.outline(once.text) == once


@given(JSON)
def test_any_json_is_read_or_refused_never_an_error(value: object) -> None:
    with suppress(Refused):
        geometry.outline(json.dumps(value))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_never_an_error(text: str) -> None:
    with suppress(Refused):
        geometry.outline(text)
