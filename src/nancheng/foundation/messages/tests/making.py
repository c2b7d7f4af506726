"""Identities and texts of these tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.utils.translation import gettext_lazy as _

from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.rules import Actor

AT = datetime(2020, 9, 15, 1, 0, tzinfo=UTC)
PASSWORD = "demo-password-000000"
TEXTS = {
    "test.told": _("通知：%(title)s"),
    "test.paid": _("已支付 %(amount_fen)s 元，期限 %(due_on)s，时间 %(seen_at)s"),
}


def an_actor(username: str) -> Actor:
    people.put_department(code="office", name="演示办公室", name_en="Demo office")
    people.put_duty(code="clerk", name="演示职责", name_en="Demo duty", grants={})
    people.put_post(department="office", duty="clerk", name="演示岗", name_en="Demo post")
    people.put_person(username=username, name="演示人员", password=PASSWORD)
    people.appoint(
        username=username, department="office", duty="clerk", active_from=date(2020, 1, 1)
    )
    return people_queries.actor_of(username=username, on=date(2020, 9, 15))
