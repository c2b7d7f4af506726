"""Attachments on the database: drafts, cases, freezing, sweeping, evidence."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from nancheng.foundation.files import actions, jobs, queries, store
from nancheng.foundation.files.models import Attachment
from nancheng.foundation.files.rules import Evidence
from nancheng.foundation.files.tests import making
from nancheng.foundation.files.tests.making import AT
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

pytestmark = pytest.mark.django_db


def kept(by: Actor, content: bytes = making.PDF, name: str = "合同.pdf") -> Attachment:
    return actions.keep(io.BytesIO(content), name=name, by=by, at=AT)


def test_a_kept_file_says_what_it_is_and_who_brought_it() -> None:
    by = making.an_actor("clerk")
    found = kept(by, making.png(), "../现场.exe")
    assert (found.name, found.kind, found.size) == ("现场.exe.png", "png", len(making.png()))
    assert (found.uploaded_by_id, found.uploaded_label) == (by.identity_id, by.label)
    assert store.is_whole(found.sha256)


def test_equal_contents_under_two_names_share_one_file() -> None:
    by = making.an_actor("clerk")
    first, second = kept(by, name="甲.pdf"), kept(by, name="乙.pdf")
    assert first.sha256 == second.sha256
    assert len(list(store.contents())) == 1


def test_a_refused_file_leaves_neither_row_nor_content(settings: Settings) -> None:
    by = making.an_actor("clerk")
    with pytest.raises(Refused, match=r"files\.kind"):
        kept(by, b"MZ\x90\x00")
    settings.FILE_SIZE_MAX = 10
    with pytest.raises(Refused, match=r"files\.too-large"):
        kept(by)
    assert not Attachment.objects.exists()
    assert not list(store.contents())


def test_drafts_are_attached_by_their_uploader_and_frozen() -> None:
    by, other = making.an_actor("clerk"), making.an_actor("other")
    case_id = making.a_case(by)
    mine, theirs = kept(by), kept(other)
    with pytest.raises(Refused, match=r"files\.not-yours"):
        actions.attach([mine.pk, theirs.pk], case_id=case_id, by=by, at=AT)
    mine.refresh_from_db()
    assert mine.case_id is None
    actions.attach([mine.pk], case_id=case_id, by=by, at=AT)
    assert list(queries.of_case(case_id)) == [mine]
    mine.refresh_from_db()
    assert mine.frozen_at == AT
    with pytest.raises(Refused, match=r"files\.not-yours"):
        actions.attach([mine.pk], case_id=making.a_case(by, "YS-2020-000002"), by=by, at=AT)


def test_what_is_frozen_stays() -> None:
    by = making.an_actor("clerk")
    case_id = making.a_case(by)
    loose, frozen, draft = kept(by), kept(by), kept(by)
    actions.attach([loose.pk], case_id=case_id, by=by, at=AT, freeze=False)
    actions.attach([frozen.pk], case_id=case_id, by=by, at=AT)
    with pytest.raises(Refused, match=r"files\.frozen"):
        actions.remove(frozen.pk, by=by)
    with pytest.raises(Refused, match=r"files\.not-yours"):
        actions.remove(draft.pk, by=making.an_actor("other"))
    actions.remove(draft.pk, by=by)
    assert actions.freeze(case_id=case_id, at=AT + timedelta(hours=1)) == 1
    with pytest.raises(Refused, match=r"files\.frozen"):
        actions.remove(loose.pk, by=by)
    frozen.refresh_from_db()
    assert frozen.frozen_at == AT


def test_a_photograph_keeps_time_and_place() -> None:
    by = making.an_actor("clerk")
    evidence = Evidence(AT, Decimal("120.1234567"), Decimal("28.1234567"), 12)
    photo = actions.keep(
        io.BytesIO(making.jpeg()), name="现场.jpg", by=by, at=AT, evidence=evidence
    )
    photo.refresh_from_db()
    assert (photo.taken_at, photo.longitude, photo.latitude, photo.accuracy_m) == (
        AT,
        Decimal("120.1234567"),
        Decimal("28.1234567"),
        12,
    )
    with pytest.raises(Refused, match=r"files\.not-a-picture"):
        actions.keep(io.BytesIO(making.PDF), name="a.pdf", by=by, at=AT, evidence=evidence)
    with pytest.raises(Refused, match=r"files\.evidence\.time"):
        actions.keep(
            io.BytesIO(making.png()),
            name="a.png",
            by=by,
            at=AT,
            evidence=Evidence(AT + timedelta(days=1)),
        )


def test_the_sweeper_takes_what_nobody_will_ask_for_and_nothing_else() -> None:
    by = making.an_actor("clerk")
    case_id = making.a_case(by)
    submitted = kept(by)
    actions.attach([submitted.pk], case_id=case_id, by=by, at=AT)
    draft = kept(by, making.CSV, "台账.csv")
    orphan = store.keep(io.BytesIO(b"orphan"), most=100)
    young = store.keep(io.BytesIO(b"young"), most=100)
    leftover = store.folder() / "incoming" / "upload-x"
    leftover.write_bytes(b"half")
    for old in (store.path(submitted.sha256), store.path(draft.sha256), store.path(orphan.sha256)):
        os.utime(old, (AT.timestamp() - 86_401,) * 2)
    os.utime(leftover, (0, 0))
    os.utime(store.path(young.sha256), (AT.timestamp() - 86_399,) * 2)
    assert jobs.sweep(at=AT) == 2
    assert {each.name for each in store.contents()} == {
        submitted.sha256,
        draft.sha256,
        young.sha256,
    }
    assert not leftover.exists()
    assert jobs.sweep(at=AT + timedelta(days=31)) == 3
    assert {each.name for each in store.contents()} == {submitted.sha256}
    assert Attachment.objects.get() == submitted


def test_the_sweeper_walks_once_a_day_however_often_it_is_called() -> None:
    assert jobs.sweep(at=AT) == 0
    leftover = store.folder() / "incoming" / "upload-x"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"half")
    os.utime(leftover, (0, 0))
    assert jobs.sweep(at=AT + timedelta(hours=23)) == 0
    assert leftover.exists()
    assert jobs.sweep(at=AT + timedelta(hours=24)) == 1
    assert not leftover.exists()


def test_damage_on_disk_is_found() -> None:
    by = making.an_actor("clerk")
    whole, damaged = kept(by), kept(by, making.CSV, "a.csv")
    assert list(queries.damaged()) == []
    store.path(damaged.sha256).unlink()
    assert list(queries.damaged()) == [damaged]
    assert store.is_whole(whole.sha256)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"sha256": "abc"},
        {"longitude": Decimal(120)},
        {"latitude": Decimal(28)},
        {"longitude": Decimal(181), "latitude": Decimal(28)},
        {"frozen_at": AT},
    ],
)
def test_the_database_itself_refuses_a_wrong_attachment(wrong: dict[str, object]) -> None:
    draft = kept(making.an_actor("clerk"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=draft.pk).update(**wrong)
