"""The pages of places: list, export, entry and its form."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from nancheng.foundation.people.models import Person
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.register import actions, forms
from nancheng.foundation.register.models import Place
from nancheng.foundation.register.rules import PlaceFacts
from nancheng.foundation.register.tests import making
from nancheng.foundation.register.tests.making import AT

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries, Settings

pytestmark = pytest.mark.django_db

SHELL = 6  # session, person, identity, identities, grants, bell
SQUARE = '{"type":"Polygon","coordinates":[[[120,28],[120.01,28],[120.01,28.01],[120,28]]]}'
TYPED = {
    "kind": "parcel",
    "code": "DK-2026-001",
    "name": "一号地块",
    "name_en": "Parcel one",
    "parent": "",
    "area_m2": "1200.50",
    "built_area_m2": "200",
    "planned_investment": "1212.5",
    "geojson": SQUARE,
    "version": "0",
}


@pytest.fixture(autouse=True)
def _alone(settings: Settings) -> None:
    """Leave out what other apps add to the shell."""
    settings.MENU = ()


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(
        Person.objects.get(pk=actor.person_id),
        backend="nancheng.foundation.people.backends.PasswordBackend",
    )
    return client


def a_place(by: Actor, code: str, **facts: Any) -> Place:
    return actions.register_place(
        PlaceFacts("parcel", code, f"演示{code}", **facts),
        by=by,
        at=AT,
    )


def test_a_place_is_registered_and_shown_with_its_parts_and_changes() -> None:
    clerk = making.a_clerk()
    park = a_place(clerk, "CHIP")
    client = signed_in(clerk)
    answer = client.post(reverse("register:place-new"), {**TYPED, "parent": str(park.pk)})
    assert answer["Location"] == reverse("register:place", args=("DK-2026-001",))
    made = Place.objects.get(code="DK-2026-001")
    assert (made.area_m2, made.built_area_m2) == (Decimal("1200.50"), Decimal(200))
    assert (made.planned_investment_fen, made.parent) == (1_212_500_000, park)
    shown = client.get(answer["Location"]).content.decode()
    assert reverse("register:place", args=("CHIP",)) in shown
    assert '<path d="M' in shown
    assert "变更记录" in shown
    assert "一号地块" in client.get(reverse("register:place", args=("CHIP",))).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("code", "../etc", "场所编号只能包含"),
        ("code", "CHIP", "已登记"),
        ("name", "  ", "这个字段是必填项"),
        ("kind", "castle", "castle"),
        ("parent", "999999", "999999"),
        ("area_m2", "-1", "0"),
        ("area_m2", "NaN", "输入一个数"),
        ("built_area_m2", "99999", "已建面积不能大于总面积"),
        ("planned_investment", "1e99", "1e99"),
        ("geojson", "<script>alert(1)</script>", "不是有效的 JSON"),
        ("geojson", '{"type":"Polygon","coordinates":[[[1,1],[2,2]]]}', "边界不完整"),
    ],
)
def test_a_wrong_value_is_told_beside_its_field_and_nothing_is_lost(
    field: str, value: str, said: str
) -> None:
    clerk = making.a_clerk()
    a_place(clerk, "CHIP")
    answer = signed_in(clerk).post(reverse("register:place-new"), {**TYPED, field: value})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown
    assert f'id="id_{field}_error"' in shown
    assert "<script>alert" not in shown
    assert all(
        kept in shown for name in ("name_en", "code") if (kept := TYPED[name]) and name != field
    )
    assert Place.objects.count() == 1


def test_an_edit_keeps_what_it_does_not_name_and_tells_of_another_hand() -> None:
    clerk = making.a_clerk()
    park = a_place(clerk, "CHIP", area_m2=making.MU_1000, planned_investment_fen=123)
    part = a_place(clerk, "PART", parent_id=park.pk)
    client, where = signed_in(clerk), reverse("register:place-edit", args=("CHIP",))
    shown = client.get(where).content.decode()
    # What lies in a place cannot be what the place lies in.
    assert not {str(park.pk), str(part.pk)} & set(re.findall(r'<option value="(\d*)"', shown))
    form = forms.PlaceForm(places=(), entry=park)
    given = {name: form[name].value() or "" for name in form.fields}
    assert 'value="0.000123"' in shown
    assert client.post(where, {**given, "name": "芯片园"}).status_code == 302
    park.refresh_from_db()
    assert (park.name, park.version) == ("芯片园", 2)
    assert (park.area_m2, park.planned_investment_fen) == (making.MU_1000, 123)
    late = client.post(where, {**given, "name": "晚到的"})
    assert late.status_code == 422
    assert "晚到的" in late.content.decode()
    assert "已被他人修改" in late.content.decode()


def test_the_list_filters_and_exports_what_it_shows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    clerk = making.a_clerk()
    park = a_place(clerk, "CHIP", area_m2=making.MU_1000)
    for number in range(30):
        a_place(clerk, f"DK-{number:03d}", parent_id=park.pk)
    client, where = signed_in(clerk), reverse("register:places")
    client.get(where)
    # The shell, and for the list one count and one page with the parents.
    with django_assert_num_queries(SHELL + 2):
        shown = client.get(where).content.decode()
    assert shown.count("演示DK-") == 30
    narrowed = client.get(where, {"q": "DK-007"}).content.decode()
    assert (narrowed.count("演示DK-"), "演示DK-007" in narrowed) == (1, True)
    exported = client.get(where, {"q": "CHIP", "export": "xlsx"})
    rows = list(load_workbook(io.BytesIO(exported.content)).active.iter_rows(values_only=True))
    (line,) = [row for row in rows if "CHIP" in row]
    assert 1000 in line


def test_whoever_may_only_look_finds_no_way_to_write() -> None:
    clerk = making.a_clerk()
    a_place(clerk, "CHIP")
    reader = making.an_actor(
        "reader", department="planning", grants={"register.place.view": "zone"}
    )
    client = signed_in(reader)
    for name, args in (("places", ()), ("place", ("CHIP",))):
        shown = client.get(reverse(f"register:{name}", args=args)).content.decode()
        assert "CHIP" in shown
        assert "登记场所" not in shown
        assert "/edit/" not in shown
    for name, args in (("place-new", ()), ("place-edit", ("CHIP",))):
        assert client.post(reverse(f"register:{name}", args=args), TYPED).status_code == 403
    nobody = making.an_actor("nobody", department="planning", grants={})
    assert signed_in(nobody).get(reverse("register:places")).status_code == 403
    assert Place.objects.count() == 1
