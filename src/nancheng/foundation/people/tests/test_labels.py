"""Whom a history names is said in the reader's language; what is written down stays as it is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from nancheng.foundation.people import actions
from nancheng.foundation.web import wording

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def zone() -> None:
    actions.put_department(code="money", name="财政局", name_en="Finance Bureau")
    actions.put_duty(code="clerk", name="经办", name_en="Clerk", grants={})
    actions.put_post(department="money", duty="clerk", name="经办人", name_en="Clerk in charge")


@pytest.mark.parametrize(
    ("written", "place", "english"),
    [
        ("林晚 · 财政局 · 经办人", False, "林晚 · Finance Bureau · Clerk in charge"),
        (
            "林晚（代陆承） · 财政局 · 经办人",
            False,
            "林晚 (for 陆承) · Finance Bureau · Clerk in charge",
        ),
        ("财政局 · 经办人、财政局", True, "Finance Bureau · Clerk in charge, Finance Bureau"),
        ("经办人 · 财政局 · 别处", False, "经办人 · Finance Bureau · 别处"),
        ("财政局", False, "财政局"),
        ("", True, ""),
    ],
)
def test_a_label_in_two_languages(written: str, place: bool, english: str) -> None:
    with translation.override("en"):
        assert wording.label(written, place=place) == english
    with translation.override("zh-hans"):
        assert wording.label(written, place=place) == written


def test_a_name_is_asked_for_once_and_one_made_later_is_found() -> None:
    label = "林晚 · 财政局 · 新岗"
    with translation.override("en"):
        assert wording.label(label).endswith("新岗")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            wording.label("林晚 · 财政局 · 经办人")
            wording.label("顾清 · 财政局 · 经办人")
        assert len(asked) == 1
        actions.put_duty(code="new", name="新", name_en="New", grants={})
        actions.put_post(department="money", duty="new", name="新岗", name_en="New post")
        assert wording.label(label) == "林晚 · Finance Bureau · New post"
