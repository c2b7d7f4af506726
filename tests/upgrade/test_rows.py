"""What migrations do to rows that earlier code left, said on today's tables."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from nancheng.foundation.people import actions
from nancheng.foundation.people.models import Grant

pytestmark = pytest.mark.django_db
CONFIRM = "case.extend-confirm"


class Editor:
    """What a migration asks of the schema editor."""

    connection = connection


def run(name: str) -> None:
    migration: Any = importlib.import_module(name)
    migration.forwards(apps, Editor())


def extend() -> None:
    run("nancheng.foundation.people.migrations.0003_second_hand_of_extensions")


def confirming() -> set[tuple[str, str]]:
    return set(Grant.objects.filter(verb=CONFIRM).values_list("duty__code", "scope"))


def test_whoever_moved_a_due_date_alone_may_be_the_second_hand() -> None:
    chief = {"case.extend": "zone department", "case.view": "zone"}
    actions.put_duty(code="chief", name="主管", name_en="Chief", grants=chief)
    actions.put_duty(code="clerk", name="经办", name_en="Clerk", grants={"case.view": "own"})
    extend()
    assert confirming() == {("chief", "zone"), ("chief", "department")}
    extend()
    assert Grant.objects.filter(verb=CONFIRM).count() == 2


def test_what_somebody_decided_already_stays() -> None:
    actions.put_duty(code="a", name="甲", name_en="A", grants={"case.extend": "zone"})
    actions.put_duty(code="b", name="乙", name_en="B", grants={CONFIRM: "department"})
    extend()
    assert confirming() == {("b", "department")}
