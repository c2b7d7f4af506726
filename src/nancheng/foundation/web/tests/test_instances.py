"""Instances by plain statements are what the ORM would give."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session

from nancheng.foundation.web import instances

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def person() -> Any:
    return get_user_model().objects.create(
        username="a", name="甲", password="x", last_login=AT, password_changed_at=AT
    )


@pytest.fixture
def place() -> Any:
    return apps.get_model("register.Place").objects.create(
        code="P1", name="地块", kind="parcel", area_m2=Decimal("12.50"), planned_investment_fen=10
    )


def values(instance: Any) -> dict[str, Any]:
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.fields}


def test_every_column_is_as_the_orm_reads_it(person: Any, place: Any) -> None:
    for made in (person, place):
        model = type(made)
        found = instances.one(model, "id = %s", [made.pk])
        assert isinstance(found, model)
        assert values(found) == values(model.objects.get(pk=made.pk))
        assert not found._state.adding


def test_a_key_that_is_text(client: Any) -> None:
    client.session.save()
    found = Session.objects.get()
    read = instances.one(Session, "session_key = %s", [found.session_key])
    assert read is not None
    assert values(read) == values(found)


def test_what_is_not_there_is_none(person: Any) -> None:
    missing = (type(person), "id = %s", [person.pk + 1])
    assert instances.together([missing, (type(person), "id = %s", [person.pk])]) == [None, person]


def test_it_is_one_statement(person: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        instances.one(type(person), "id = %s", [person.pk])
