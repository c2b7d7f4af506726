"""The register's pages: lists, entries, forms that lose nothing, and nothing beyond reach."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from django.template import engines
from django.test import Client
from django.urls import reverse
from jinja2 import ChoiceLoader, DictLoader
from openpyxl import load_workbook

from nancheng.foundation.people.models import Person
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.register import actions
from nancheng.foundation.register.models import Organisation, Project
from nancheng.foundation.register.panels import Panel
from nancheng.foundation.register.rules import MilestoneFacts, PlaceFacts
from nancheng.foundation.register.tests import making
from nancheng.foundation.register.tests.making import AT, ON

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries, Settings

pytestmark = pytest.mark.django_db

HERE = "nancheng.foundation.register.tests.test_views"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
SHELL = 6  # session, person, identity, identities, grants, bell


@pytest.fixture(autouse=True)
def _alone(settings: Settings) -> None:
    """Leave out what other apps add: this app's pages stand by themselves."""
    settings.PROJECT_PANELS = ()
    settings.MENU = ()


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(
        Person.objects.get(pk=actor.person_id),
        backend="nancheng.foundation.people.backends.PasswordBackend",
    )
    return client


def page(actor: Actor, name: str, *args: object, status: int = 200, query: str = "") -> str:
    return got(signed_in(actor), name, *args, status=status, query=query)


def got(client: Client, name: str, *args: object, status: int = 200, query: str = "") -> str:
    answer = client.get(f"{reverse(f'register:{name}', args=args)}{query}")
    assert answer.status_code == status, answer.content.decode()[:500]
    return TOKEN.sub("", answer.content.decode())


def typed(unit: Organisation, department_id: int, /, **changes: object) -> dict[str, object]:
    return {
        "name": "演示停车设施工程",
        "unit": unit.uscc,
        "supervising_department": department_id,
        "field": "parking",
        "total_investment": "1212.5",
        "version": 0,
        "key": "form-1",
        **changes,
    }


def a_scene() -> tuple[Actor, Organisation, Project]:
    clerk = making.a_clerk()
    unit = making.an_organisation(clerk)
    return clerk, unit, making.a_project(clerk, unit, making.a_department("construction"))


def one_panel(project: Project, actor: Actor) -> Panel:
    return {"template": "panel.html", "words": f"资金 {project.number} <{actor.name}>"}


def no_panel(_project: Project, _actor: Actor) -> None:
    return None


def test_the_library_filters_sorts_and_pages(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    clerk, unit, _ = a_scene()
    department = making.a_department("health")
    for number in range(60):
        making.a_project(
            clerk,
            unit,
            department,
            name=f"演示卫生项目{number:02d}",
            field="health",
            total_investment_fen=(number + 1) * 1_000_000,
        )
    client = signed_in(clerk)
    got(client, "projects")
    # The shell, the count, the page, the departments of the filter.
    with django_assert_max_num_queries(SHELL + 4):
        first = got(client, "projects", query="?sort=-total_investment_fen&field=health")
    assert first.index("演示卫生项目59") < first.index("演示卫生项目10")
    assert "演示卫生项目09" not in first
    assert "演示卫生项目09" in page(
        clerk, "projects", query="?sort=-total_investment_fen&field=health&page=2"
    )
    found = page(clerk, "projects", query="?q=卫生项目07&department=health&stage=reserve")
    assert found.count("演示卫生项目07") >= 1
    assert "演示卫生项目08" not in found


def test_the_export_has_every_row_of_the_filter() -> None:
    clerk, unit, _ = a_scene()
    department = making.a_department("health")
    for number in range(55):
        making.a_project(clerk, unit, department, name=f"=演示{number}", field="health")
    answer = signed_in(clerk).get(
        reverse("register:projects"), {"field": "health", "export": "xlsx"}
    )
    body = b"".join(answer) if answer.streaming else answer.content
    sheet = load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    names = [
        cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=演示")
    ]
    assert len(names) == 55
    assert {cell.data_type for cell in names} == {"s"}


@pytest.mark.parametrize(
    "query", ["?page=x", "?sort=password", "?stage=%00", "?field=nothing", "?q=" + "a" * 5000]
)
def test_a_hostile_query_is_answered(query: str) -> None:
    clerk, _, _ = a_scene()
    page(clerk, "projects", query=query)
    page(clerk, "organisations", query=query)


def test_a_project_page_tells_facts_road_and_changes(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    clerk, unit, project = a_scene()
    facts = making.project_facts(unit, project.supervising_department, site="环城<b>北路")
    actions.edit_project(project.pk, facts=facts, version=1, by=clerk, at=AT)
    client = signed_in(clerk)
    got(client, "project", project.number)
    # The shell, the project, stages, milestones, changes.
    with django_assert_max_num_queries(SHELL + 5):
        shown = got(client, "project", project.number)
    assert project.number in shown
    assert "1,212.00" in shown
    assert "环城&lt;b&gt;北路" in shown
    assert "<b>北路" not in shown
    assert "建设地点：— → 环城" in shown
    assert "演示数据" in shown
    assert 'aria-current="step"' in shown


def test_other_apps_add_their_panels(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk, _, project = a_scene()
    environment = engines.all()[0].env  # type: ignore[attr-defined]
    templates = {"panel.html": "<section>{{ panel.words }}</section>"}
    loaders = ChoiceLoader([DictLoader(templates), environment.loader])
    monkeypatch.setattr(environment, "loader", loaders)
    settings.PROJECT_PANELS = (f"{HERE}.no_panel", f"{HERE}.one_panel")
    shown = page(clerk, "project", project.number)
    assert shown.count(f"<section>资金 {project.number} &lt;演示人员&gt;</section>") == 1


def test_a_project_is_registered_once_however_often_the_form_is_sent() -> None:
    clerk, unit, project = a_scene()
    client = signed_in(clerk)
    for _ in range(2):
        answer = client.post(
            reverse("register:project-new"), typed(unit, project.supervising_department_id)
        )
        assert answer.status_code == 302, answer.content.decode()
    made = Project.objects.get(field="parking")
    assert answer["Location"] == reverse("register:project", args=(made.number,))
    assert made.total_investment_fen == 1_212_500_000
    other = making.an_actor("second", department="planning", grants=making.ALL)
    signed_in(other).post(
        reverse("register:project-new"), typed(unit, project.supervising_department_id)
    )
    assert Project.objects.filter(field="parking").count() == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"total_investment": "一千万"}, "请填写数字"),
        ({"total_investment": "0"}, "总投资应大于零"),
        ({"total_investment": "9999999999"}, "总投资应大于零"),
        ({"approval_code": "2020-000000-48"}, "应为 20 位数字"),
        ({"unit": "不存在的单位"}, "没有找到这个单位"),
        ({"supervising_department": "999999"}, ""),
        ({"field": "nothing"}, ""),
        ({"name": " \u3000"}, ""),
        ({"name": "长" * 101}, ""),
        ({"planned_start_on": "2020-09-15", "planned_finish_on": "2020-09-14"}, "早于开始日期"),
        ({"actual_start_on": "0202-09-15"}, "年份 202 不正确"),
        ({"planned_start_on": "2020-02-30"}, ""),
    ],
)
def test_a_wrong_project_is_told_at_its_field_and_nothing_typed_is_lost(
    wrong: Mapping[str, object], said: str
) -> None:
    clerk, unit, project = a_scene()
    given = typed(unit, project.supervising_department_id, content="内容<script>", **wrong)
    answer = signed_in(clerk).post(reverse("register:project-new"), given)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown
    assert 'aria-invalid="true"' in shown
    assert "内容&lt;script&gt;" in shown
    assert "<script>内" not in shown
    assert str(given["total_investment"]) in shown
    assert Project.objects.count() == 1


def test_a_taken_approval_code_is_told_beside_the_field() -> None:
    clerk, unit, project = a_scene()
    making.a_project(
        clerk, unit, project.supervising_department, approval_code="2020-000000-48-01-000001"
    )
    given = typed(unit, project.supervising_department_id, approval_code="20200000004801000001")
    answer = signed_in(clerk).post(reverse("register:project-new"), given)
    assert answer.status_code == 422
    assert "该投资项目代码已登记" in answer.content.decode()


def test_the_second_of_two_editors_is_told_and_loses_nothing() -> None:
    clerk, unit, project = a_scene()
    address = reverse("register:project-edit", args=(project.number,))
    client = signed_in(clerk)
    form = client.get(address).content.decode()
    assert 'name="version" value="1"' in form
    given = typed(unit, project.supervising_department_id, version=1, site="甲地")
    assert client.post(address, given).status_code == 302
    late = client.post(address, {**given, "site": "乙地"})
    assert late.status_code == 422
    assert "已被他人修改" in late.content.decode()
    assert "乙地" in late.content.decode()
    project.refresh_from_db()
    assert (project.site, project.version) == ("甲地", 2)


def test_an_organisation_is_registered_and_its_wrong_code_explained() -> None:
    clerk = making.a_clerk()
    client = signed_in(clerk)
    given = {
        "uscc": making.a_code(5)[:-1] + "0",
        "name": "演示施工单位",
        "kind": "contractor",
        "version": 0,
    }
    wrong = client.post(reverse("register:organisation-new"), given)
    assert wrong.status_code == 422
    assert f"按前 17 位应为“{making.a_code(5)[-1]}”" in wrong.content.decode()
    assert "演示施工单位" in wrong.content.decode()
    right = client.post(
        reverse("register:organisation-new"), {**given, "uscc": making.a_code(5).lower()}
    )
    assert right["Location"] == reverse("register:organisation", args=(making.a_code(5),))
    again = client.post(reverse("register:organisation-new"), {**given, "uscc": making.a_code(5)})
    assert "已登记，同一单位只登记一次" in again.content.decode()
    edited = client.post(
        reverse("register:organisation-edit", args=(making.a_code(5),)),
        {**given, "uscc": making.a_code(5), "version": 1, "contact_phone": "abc"},
    )
    assert "联系电话只能包含数字" in edited.content.decode()


def test_an_edit_of_an_organisation_keeps_its_desk() -> None:
    clerk = making.a_clerk()
    desk = making.a_department("unit-desk", kind="unit")
    made = making.an_organisation(clerk, 3, department_id=desk.pk)
    answer = signed_in(clerk).post(
        reverse("register:organisation-edit", args=(made.uscc,)),
        {"uscc": made.uscc, "name": "演示新名", "kind": "platform", "version": 1},
    )
    assert answer.status_code == 302
    made.refresh_from_db()
    assert (made.name, made.department_id) == ("演示新名", desk.pk)


def test_a_stage_is_moved_with_a_reason() -> None:
    clerk, _, project = a_scene()
    address = reverse("register:project-stage", args=(project.number,))
    client = signed_in(clerk)
    given = {"stage": "deferred", "entered_on": "2020-09-16", "note": ""}
    assert "请写明调整阶段的原因" in client.post(address, given).content.decode()
    closed = client.post(address, {**given, "stage": "halted", "note": "x"})
    assert closed.status_code == 422
    assert client.post(address, {**given, "note": "用地未落实"}).status_code == 302
    assert "暂缓" in page(clerk, "project", project.number)


def test_milestones_are_planned_and_done_on_the_page() -> None:
    clerk, _, project = a_scene()
    client = signed_in(clerk)
    address = reverse("register:project-milestone", args=(project.number, "move-in"))
    assert client.post(address, {"planned_on": "2020-09-30"}).status_code == 302
    assert client.post(address, {"actual_on": "2999-01-01"}).status_code == 422
    assert client.post(address, {"actual_on": "2020-09-15", "note": "首台"}).status_code == 302
    shown = page(clerk, "project", project.number)
    assert "设备搬入" in shown
    assert "首台" in shown
    assert (
        client.get(
            reverse("register:project-milestone", args=(project.number, "nothing"))
        ).status_code
        == 404
    )


def test_the_park_shows_each_tenants_strip(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    clerk, unit, project = a_scene()
    square = '{"type":"Polygon","coordinates":[[[120,28],[120.01,28],[120.01,28.01],[120,28]]]}'
    park = actions.register_place(
        PlaceFacts("park", "CHIP", "芯片产业园", geojson=square, area_m2=making.MU_1000),
        by=clerk,
        at=AT,
    )
    for number in range(5):
        tenant = making.a_project(
            clerk,
            unit,
            project.supervising_department,
            name=f"演示芯片项目{number}",
            field="industry",
            place_id=park.pk,
        )
        for position, code in enumerate(("enter-site", "clean-room", "move-in")):
            facts = MilestoneFacts(
                code,
                f"节点{code}",
                position=position,
                planned_on=ON,
                actual_on=ON if position <= number - 2 else None,
            )
            actions.put_milestone(tenant.pk, facts=facts, by=clerk, at=AT)
    client = signed_in(clerk)
    got(client, "park")
    # The shell; parks twice, two levels of places, tenants, milestones.
    with django_assert_max_num_queries(SHELL + 7):
        shown = got(client, "park")
    assert shown.count("项目详情") == 5
    assert shown.count('class="steps"') == 5
    assert "1,000" in shown
    assert '<path d="M' in shown
    assert page(clerk, "place", "CHIP").count("项目详情") == 5
    assert "芯片产业园" in page(clerk, "place", "CHIP")


def test_without_a_park_the_page_says_so() -> None:
    assert "还没有登记园区" in page(making.a_clerk(), "park")


def test_what_is_beyond_reach_looks_like_what_does_not_exist() -> None:
    clerk, unit, project = a_scene()
    actions.register_place(PlaceFacts("park", "CHIP", "芯片产业园"), by=clerk, at=AT)
    far = making.an_actor(
        "far",
        department=making.a_department("far-away").code,
        grants=dict.fromkeys(making.ALL, "department"),
    )
    assert project.name not in page(far, "projects")
    assert unit.name not in page(far, "organisations")
    for name, real, unreal in (
        ("project", project.number, "XM-2020-9999"),
        ("project-edit", project.number, "XM-2020-9999"),
        ("project-stage", project.number, "XM-2020-9999"),
        ("organisation", unit.uscc, making.a_code(99)),
        ("organisation-edit", unit.uscc, making.a_code(99)),
        ("place", "CHIP", "NONE"),
    ):
        seen, unseen = page(far, name, real, status=404), page(far, name, unreal, status=404)
        assert seen.replace(real, unreal) == unseen
    given = typed(unit, project.supervising_department_id)
    answer = signed_in(far).post(reverse("register:project-new"), given)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "没有找到这个单位" in shown
    assert unit.name not in shown
    assert Project.objects.count() == 1


def test_readers_may_not_edit() -> None:
    _, unit, project = a_scene()
    reader = making.an_actor(
        "reader",
        department="planning",
        grants={"register.project.view": "zone", "register.organisation.view": "zone"},
    )
    shown = page(reader, "project", project.number)
    assert reverse("register:project-edit", args=(project.number,)) not in shown
    for name, args in (
        ("project-new", ()),
        ("project-edit", (project.number,)),
        ("organisation-new", ()),
        ("organisation-edit", (unit.uscc,)),
        ("park", ()),
    ):
        page(reader, name, *args, status=403)


def test_pages_ask_for_a_sign_in() -> None:
    _, unit, project = a_scene()
    for name, args in (
        ("projects", ()),
        ("project", (project.number,)),
        ("organisation", (unit.uscc,)),
        ("park", ()),
    ):
        answer = Client().get(reverse(f"register:{name}", args=args))
        assert answer.status_code == 302
        assert "sign-in" in answer["Location"]
