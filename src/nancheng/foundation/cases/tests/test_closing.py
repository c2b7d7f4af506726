"""归档 and 重开: complete before sealed, read only at every door, reopened by two persons."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import cast

import pytest
from django.db import IntegrityError, transaction

from nancheng.foundation.cases import advance, lines, queries, store
from nancheng.foundation.cases.advance import Remark
from nancheng.foundation.cases.archive import actions as archive
from nancheng.foundation.cases.archive import queries as archives
from nancheng.foundation.cases.archive.rules import Fault
from nancheng.foundation.cases.circulation import actions as circulation
from nancheng.foundation.cases.models import (
    Archive,
    Case,
    CaseEvent,
    CaseLink,
    Reopening,
    Task,
)
from nancheng.foundation.cases.reopening import actions as reopening
from nancheng.foundation.cases.reopening import queries as reopenings
from nancheng.foundation.cases.reopening.actions import Request
from nancheng.foundation.cases.tests import making, offices
from nancheng.foundation.cases.tests.making import AT, SignIn, Zone
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.cases.tests.test_consulting import law
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.files import actions as files
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

LATER = AT + timedelta(days=5)


@pytest.fixture
def dang(zone: Zone) -> Actor:
    """党, who keeps the archive and may ask for reopenings."""
    return offices.hire("dang", "党", "archivist", offices.GRANTS)


@pytest.fixture
def shen(zone: Zone) -> Actor:
    """审, who confirms reopenings."""
    return offices.hire("shen", "审", "chief", {"case.view": "zone", "case.reopen": "zone"})


@pytest.fixture
def case(zone: Zone) -> Case:
    """A duty case, handled by 白, checked by 陈, closed."""
    offices.publish_duty()
    return offices.finish(zone, offices.a_duty(zone))


def paper(case: Case, by: Actor, purpose: str = "record") -> int:
    kept = files.keep(
        io.BytesIO("值班记录".encode()), name="记录.txt", by=by, at=AT, purpose=purpose
    )
    files.attach([kept.pk], case_id=case.pk, by=by, at=AT)
    return kept.pk


def codes(refused: Refused) -> list[str]:
    """Return what an archiving was refused for."""
    return [one.code for one in cast("tuple[Fault, ...]", refused.figures["faults"])]


def seal(case: Case, by: Actor, *, key: str = "seal") -> None:
    archive.archive(case.pk, retention="30y", note="齐全", by=by, at=LATER, key=key)


def ask(case: Case, by: Actor, *, node: str = "handle", key: str = "ask") -> Confirmation:
    reopening.ask(case.pk, request=Request(node, "处置不到位"), by=by, at=LATER, key=key)
    return Confirmation.objects.order_by("id").last()  # type: ignore[return-value]


# --- archive --------------------------------------------------------------------------------------


def test_a_case_is_archived_once_it_is_complete(zone: Zone, case: Case, dang: Actor) -> None:
    with pytest.raises(Refused) as early:
        seal(case, dang)
    assert codes(early.value) == ["paper"]
    paper(case, zone.bai)
    seal(case, dang)
    seal(case, dang)  # the same form again
    row = Archive.objects.get()
    case.refresh_from_db()
    assert row.number == "DA-D30-2020-000001"
    assert (row.head, row.events) == (case.head, case.last_seq)
    assert [name for _hash, name, _purpose in row.manifest] == ["记录.txt"]
    assert case.archived_at == LATER
    assert queries.history(case.pk)[0].kind == "Archived"
    assert_whole(case)


def test_an_archived_case_is_read_only_at_every_door(zone: Zone, case: Case, dang: Actor) -> None:
    paper(case, zone.bai)
    seal(case, dang)
    before = CaseEvent.objects.filter(case=case).count()
    with pytest.raises(Refused, match="archived"):
        circulation.send(case.pk, words="", to=[law()], by=zone.an, at=LATER, key="c")
    with pytest.raises(Refused, match="archived"):
        seal(case, dang, key="again")
    with pytest.raises(Refused, match=r"files\.sealed"):
        paper(case, zone.bai)
    loaded = store.load(case_id=case.pk)
    assert loaded is not None
    with pytest.raises(Refused), transaction.atomic():
        advance.remark(loaded, Remark("Circulated"), hand=lines.hand(dang, LATER, "direct"))
    assert CaseEvent.objects.filter(case=case).count() == before
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(status="open", closed_at=None)


def test_what_stands_against_archiving_is_listed_whole(
    zone: Zone, case: Case, dang: Actor, shen: Actor
) -> None:
    ask(case, dang)
    CaseEvent.objects.filter(case=case, seq=3).update(actor_label="别人")
    found = {(one.code, one.figure) for one in archives.faults(case)}
    assert found == {("paper", "record"), ("reopenings", 1), ("history", 3)}


def test_a_history_cut_short_is_found(zone: Zone, case: Case) -> None:
    assert archives.broken_at(case) == 0
    last = CaseEvent.objects.filter(case=case).order_by("-seq").first()
    assert last is not None
    Case.objects.filter(pk=case.pk).update(head="0" * 64)
    case.refresh_from_db()
    assert archives.broken_at(case) == last.seq + 1


def test_who_may_not_archive(zone: Zone, case: Case, dang: Actor) -> None:
    paper(case, zone.bai)
    with pytest.raises(Refused, match="not-allowed"):
        seal(case, zone.fang)
    with pytest.raises(Refused, match="no-such-case"):
        seal(case, zone.ding)
    running = offices.a_duty(zone, key="running")
    with pytest.raises(Refused) as early:
        seal(running, dang)
    assert codes(early.value) == ["not-over"]


# --- reopening ------------------------------------------------------------------------------------


def test_a_case_goes_on_as_a_new_one_by_two_persons(
    zone: Zone, case: Case, dang: Actor, shen: Actor
) -> None:
    asked = ask(case, dang)
    ask(case, dang)  # the same form again
    assert Reopening.objects.count() == 1
    assert Case.objects.filter(kind="duty").count() == 1
    with pytest.raises(Refused):
        confirmations.confirm(confirmation_id=asked.pk, answer="", by=dang, at=LATER)
    confirmations.confirm(confirmation_id=asked.pk, answer="同意", by=shen, at=LATER)
    new = Reopening.objects.get().opened
    assert new is not None
    assert new.variables["place"] == "北门"
    assert (new.status, new.opened_by_id) == ("open", dang.identity_id)
    assert making.the_task(new, "handle").department.code == "zone"
    assert not Task.objects.filter(case=new, node="apply").exists()
    link = CaseLink.objects.get(case=new)
    assert (link.other_id, link.kind) == (case.pk, "reopened")
    case.refresh_from_db()
    assert case.status == "closed"
    told = [one.kind for one in queries.history(case.pk)][:2]
    assert told == ["ReopenedAs", "ReopeningAsked"]
    assert "ReopenedFrom" in [one.kind for one in queries.history(new.pk)]
    assert_whole(case)
    assert_whole(new)


def test_who_handled_the_earlier_case_does_not_check_the_new_one(
    zone: Zone, case: Case, dang: Actor, shen: Actor
) -> None:
    asked = ask(case, dang)
    confirmations.confirm(confirmation_id=asked.pk, answer="", by=shen, at=LATER)
    new = Reopening.objects.get().opened
    assert new is not None
    making.do(new, "handle", zone.chen, days=6)
    with pytest.raises(Refused, match="same-person"):
        making.do(new, "check", zone.bai, days=6)  # handled the earlier one


def test_an_archived_case_stays_as_it_was_when_it_is_reopened(
    zone: Zone, case: Case, dang: Actor, shen: Actor
) -> None:
    paper(case, zone.bai)
    seal(case, dang)
    case.refresh_from_db()
    kept = files.keep(
        io.BytesIO(b"evidence"), name="e.txt", by=dang, at=LATER, purpose=reopenings.PURPOSE
    )
    request = Request("handle", "举报属实", [kept.pk])
    reopening.ask(case.pk, request=request, by=dang, at=LATER, key="a")
    (asked,) = Confirmation.objects.all()
    confirmations.confirm(confirmation_id=asked.pk, answer="", by=shen, at=LATER)
    head, count = case.head, case.last_seq
    case.refresh_from_db()
    assert (case.head, case.last_seq) == (head, count)
    assert Reopening.objects.get().opened is not None


def test_who_may_not_ask_and_what_is_not_reopened(
    zone: Zone, case: Case, dang: Actor, shen: Actor
) -> None:
    with pytest.raises(Refused, match="not-allowed"):
        ask(case, zone.fang)
    with pytest.raises(Refused, match="no-such-case"):
        ask(case, zone.ding)
    with pytest.raises(Refused, match="no-such-step"):
        ask(case, dang, node="check")
    with pytest.raises(Refused, match="not-over"):
        ask(offices.a_duty(zone, key="running"), dang)
    loan = making.a_case(zone)
    making.do(loan, "apply", zone.an)
    making.do(loan, "review", zone.bai)
    with pytest.raises(Refused, match="no-such-step"):
        ask(loan, dang)  # its drawing opens no step
    first = ask(case, dang)
    with pytest.raises(Refused, match="reopening-asked"):
        ask(case, dang, key="second")
    confirmations.refuse(confirmation_id=first.pk, answer="证据不足", by=shen, at=LATER)
    assert not Case.objects.filter(links__kind="reopened").exists()
    ask(case, dang, key="third")


def test_a_case_goes_on_once_and_the_later_one_may_be_reopened_in_turn(
    zone: Zone, case: Case, dang: Actor, shen: Actor, sign_in: SignIn
) -> None:
    paper(case, zone.bai)
    seal(case, dang)
    first = ask(case, dang)
    confirmations.confirm(confirmation_id=first.pk, answer="", by=shen, at=LATER)
    later = Reopening.objects.get().opened
    assert later is not None
    keeper, reopen = sign_in("dang"), f"/cases/{case.number}/reopen/"
    case.refresh_from_db()
    assert not reopenings.may_ask(dang, case)
    assert reopen not in keeper.get(f"/cases/{case.number}/").content.decode()
    assert keeper.get(reopen).status_code == 404
    with pytest.raises(Refused, match="reopened-already") as caught:
        ask(case, dang, key="again")
    assert caught.value.figures == {"number": case.number, "later": later.number}
    assert Reopening.objects.count() == Case.objects.exclude(pk=case.pk).count() == 1
    # The case that goes on is over too: that one may go on in its turn.
    making.do(later, "handle", zone.bai)
    making.do(later, "check", zone.chen)
    later.refresh_from_db()
    assert reopenings.may_ask(dang, later)
    second = ask(later, dang, key="later")
    confirmations.confirm(confirmation_id=second.pk, answer="", by=shen, at=LATER)
    assert Reopening.objects.filter(opened__isnull=False).count() == 2


# --- pages ----------------------------------------------------------------------------------------


def test_archiving_and_reopening_go_through_their_pages(
    zone: Zone, case: Case, dang: Actor, shen: Actor, sign_in: SignIn
) -> None:
    keeper, second = sign_in("dang"), sign_in("shen")
    address = f"/cases/{case.number}/archive/"
    assert "值班记录" in keeper.get(address).content.decode()  # what is missing
    given = {"retention": "10y", "note": "", "key": "k"}
    refused = keeper.post(address, given)
    assert refused.status_code == 422
    assert sign_in("fang").get(address).status_code == 403
    paper(case, zone.bai)
    reopen = f"/cases/{case.number}/reopen/"
    assert "处置" in keeper.get(reopen).content.decode()
    assert keeper.post(reopen, {"node": "handle", "reason": "", "key": "r"}).status_code == 422
    asked = keeper.post(reopen, {"node": "handle", "reason": "不到位", "key": "r"})
    assert asked.status_code == 302
    assert keeper.get(reopen).status_code == 404  # one at a time
    assert "不到位" in keeper.get(f"/cases/{case.number}/").content.decode()
    (row,) = Confirmation.objects.all()
    page = f"/confirmations/{row.pk}/"
    assert "处置" in second.get(page).content.decode()
    confirmations.confirm(confirmation_id=row.pk, answer="", by=shen, at=LATER)
    assert keeper.post(address, given).status_code == 302
    shown = keeper.get(f"/cases/{case.number}/").content.decode()
    assert "DA-D10-" in shown
    assert address not in shown
    assert keeper.get(address).status_code == 404
    exported = keeper.get("/archives/?export=csv").getvalue().decode("utf-8-sig")
    assert "DA-D10-" in exported
    assert "DA-D10-" not in sign_in("ding").get("/archives/").content.decode()
