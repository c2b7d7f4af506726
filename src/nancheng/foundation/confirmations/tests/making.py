"""Makes what the tests of confirmations stand on: five persons and one dangerous operation."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from nancheng.foundation.confirmations import actions
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.confirmations.operations import Asked, Operation
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries
from nancheng.foundation.people.models import Department
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

AT = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ON = AT.date()
PASSWORD = "Nancheng-test-1"


def rename(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Rename a department; a name of one sign is refused. One row changes per call."""
    name = str(asked.figures["name"])
    if len(name) == 1:
        raise Refused("people.not-allowed", post=by.post_name)
    department = Department.objects.get(code="north")
    people.put_department(code="north", name=department.name + name, name_en="", parent="zone")


OPERATIONS = (
    Operation(
        code="test.rename",
        name="改名",
        ask="rename.ask",
        confirm="rename.confirm",
        run=rename,
        lines=lambda figures: [("新名称", figures["name"])],
    ),
)


def a_zone() -> None:
    """安 and 白 ask and confirm at north, 陈 at south, 丁 nowhere; 安 has a second post."""
    for code in ("zone", "north", "south"):
        people.put_department(
            code=code, name=code, name_en=code, parent="" if code == "zone" else "zone"
        )
    both = {"rename.ask": "department", "rename.confirm": "department"}
    people.put_duty(code="both", name="改名岗", name_en="both", grants=both)
    people.put_duty(code="chief", name="主管", name_en="chief", grants={"rename.confirm": "zone"})
    people.put_duty(code="idle", name="旁观", name_en="idle", grants={})
    for username, name, department, duty in (
        ("an", "安", "north", "both"),
        ("an", "安", "zone", "chief"),
        ("bai", "白", "north", "both"),
        ("chen", "陈", "south", "both"),
        ("ding", "丁", "north", "idle"),
    ):
        people.put_post(department=department, duty=duty, name=f"{duty}岗", name_en=duty)
        people.put_person(username=username, name=name, password=PASSWORD)
        people.appoint(
            username=username, department=department, duty=duty, active_from=date(2020, 1, 1)
        )


def actor(username: str, duty: str = "") -> Actor:
    """Return one of the cast."""
    return queries.actor_of(username=username, on=ON, duty=duty)


def a_wish(by: Actor, *, name: str = "新", key: str = "k1", long: bool = True) -> Confirmation:
    """Ask for a new name of the department."""
    wish = Wish("test.rename", "北街道改名", "区划调整", {"name": name * (2 if long else 1)})
    return actions.ask(wish, by=by, at=AT, key=key)


def north() -> str:
    """Return the present name of the department."""
    return Department.objects.get(code="north").name
