"""Sealing and verifying, on the real database: nothing is found until somebody tampers."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from nancheng.foundation.audit import actions, jobs, notes, queries, replaying, trees, verifying
from nancheng.foundation.audit.models import DailyRoot, SealedHead, Verification
from nancheng.foundation.audit.rules import Difference
from nancheng.foundation.audit.tests import making
from nancheng.foundation.audit.tests.making import tamper
from nancheng.foundation.cases.models import Case, CaseEvent
from nancheng.foundation.cases.tests import making as cases
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.foundation.journal import queries as journal
from nancheng.foundation.journal.models import JournalEntry, JournalHead
from nancheng.foundation.ledger.models import Transfer


def found() -> list[tuple[str, str, int]]:
    """Verify everything; return what differs, of which case, at which event."""
    faults = [fault for looked in verifying.histories(since=None) for fault in looked.faults]
    faults.extend(verifying.together())
    return [(fault.difference.value, fault.case, fault.seq) for fault in faults]


def test_a_root_seals_what_grew_and_is_chained_to_the_one_before(zone: Zone) -> None:
    case = cases.a_case(zone)
    first = actions.seal(at=AT)
    assert first is not None
    assert (first.number, first.leaves, first.cases) == (1, 1, 1)
    assert first.events == CaseEvent.objects.count()
    making.a_life(zone, key="other")
    cases.do(case, "apply", zone.an)
    making.some_money(case)
    second = actions.seal(at=AT + timedelta(days=1))
    assert second is not None
    assert (second.number, second.before, second.leaves, second.cases) == (2, first.root, 2, 2)
    assert second.events == CaseEvent.objects.count()
    assert (second.transfers, second.posted_fen) == (3, 300)
    third = actions.seal(at=AT + timedelta(days=2))
    assert third is not None
    assert (third.leaves, third.tree, third.events) == (0, "", second.events)
    assert found() == []
    assert notes.read() == {root.number: root.root for root in (first, second, third)}


def test_growing_after_a_root_is_no_fault(zone: Zone) -> None:
    case = cases.a_case(zone)
    actions.seal(at=AT)
    cases.do(case, "apply", zone.an)
    assert found() == []


def test_a_changed_row_is_named(zone: Zone) -> None:
    case = making.a_life(zone)
    making.a_life(zone, key="other")
    tamper("UPDATE cases_caseevent SET actor_label = 'x' WHERE case_id = %s AND seq = 3", case.pk)
    assert found() == [("changed", case.number, 3)]


def test_newest_events_cut_off_before_any_root_are_noticed(zone: Zone) -> None:
    case = making.a_life(zone)
    tamper("DELETE FROM cases_caseevent WHERE case_id = %s AND seq > 4", case.pk)
    assert found() == [("missing", case.number, 5)]


def test_newest_events_cut_off_with_the_case_row_bent_are_noticed_under_a_root(zone: Zone) -> None:
    case = making.a_life(zone)
    actions.seal(at=AT)
    head = CaseEvent.objects.get(case=case, seq=4).hash
    tamper("DELETE FROM cases_caseevent WHERE case_id = %s AND seq > 4", case.pk)
    tamper("UPDATE cases_case SET last_seq = 4, head = %s WHERE id = %s", head, case.pk)
    assert found() == [("sealed", case.number, case.last_seq)]


def test_a_history_written_anew_is_noticed_under_a_root(zone: Zone) -> None:
    from nancheng.foundation.cases import chain

    case = making.a_life(zone)
    actions.seal(at=AT)
    tamper("UPDATE cases_caseevent SET actor_label = 'x' WHERE case_id = %s AND seq = 2", case.pk)
    (history,) = queries.histories(Case.objects.filter(pk=case.pk))
    head = ""
    for line in history.lines:
        head = chain.link(head, line.entry)
        event = (head, case.pk, line.entry.seq)
        tamper("UPDATE cases_caseevent SET hash = %s WHERE case_id = %s AND seq = %s", *event)
    tamper("UPDATE cases_case SET head = %s WHERE id = %s", head, case.pk)
    assert found() == [("sealed", case.number, case.last_seq)]


@pytest.mark.parametrize("is_sealed", [False, True])
def test_a_case_that_is_gone_is_noticed(zone: Zone, is_sealed: bool) -> None:
    gone = making.a_life(zone)
    making.a_life(zone, key="other")
    if is_sealed:
        actions.seal(at=AT)
    making.remove(gone)
    wanted = ("case", gone.number, 0)
    assert found() == ([wanted, wanted] if is_sealed else [wanted])


def test_a_case_whose_history_is_gone_whole_is_noticed(zone: Zone) -> None:
    case = making.a_life(zone)
    tamper("DELETE FROM cases_caseevent WHERE case_id = %s", case.pk)
    assert found() == [("missing", case.number, 1)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_dailyroot SET tree = 'x' WHERE number = 1",
        "UPDATE audit_dailyroot SET cases = 9 WHERE number = 1",
        "UPDATE audit_sealedhead SET since = since + 1",
        "DELETE FROM audit_sealedhead",
    ],
)
def test_a_root_that_does_not_fit_what_it_seals_is_named(zone: Zone, statement: str) -> None:
    making.a_life(zone)
    actions.seal(at=AT)
    tamper(statement)
    assert found()[0][0] == "root"


def test_roots_written_anew_differ_from_those_noted_outside(zone: Zone) -> None:
    making.a_life(zone)
    actions.seal(at=AT)
    noted = DailyRoot.objects.get().root
    SealedHead.objects.all().delete()
    DailyRoot.objects.all().delete()
    assert found() == [("noted", "", 0)]
    notes.file().unlink()
    assert found() == []
    faults = list(verifying.together(noted=noted))
    assert [fault.difference for fault in faults] == [Difference.NOTED]


def test_a_transfer_bent_or_gone_is_noticed(zone: Zone) -> None:
    case = making.a_life(zone)
    making.some_money(case)
    actions.seal(at=AT)
    seals = import_module("nancheng.foundation.ledger.migrations.0002_seal_transfers")
    seals.unseal(connection)
    try:
        tamper("UPDATE ledger_transfer SET reason = 'x' WHERE key = 'in/1'")
        assert found() == [("transfers", "", 0)]
        Transfer.objects.filter(key="in/2").delete()
        assert [fault[0] for fault in found()] == ["transfers", "balances", "balances"]
    finally:
        seals.seal(connection)


def test_the_log_is_sealed_and_its_first_bad_line_is_named(zone: Zone) -> None:
    before = actions.seal(at=AT)
    making.some_log(3)
    root = actions.seal(at=AT + timedelta(days=1))
    assert before is not None
    assert root is not None
    assert (before.journal_to, before.journal) == (0, "")
    assert (root.journal_to, root.journal) == journal.head()
    making.some_log(1)
    assert found() == []
    tamper("UPDATE journal_journalentry SET address = '::1' WHERE seq = 2")
    assert found() == [("journal", "log", 2)]


def test_a_log_written_anew_is_noticed_under_a_root(zone: Zone) -> None:
    making.some_log(2)
    actions.seal(at=AT)
    making.some_log(2)
    actions.seal(at=AT + timedelta(days=1))
    JournalEntry.objects.filter(seq__gt=2).delete()
    link = JournalEntry.objects.get(seq=2).hash
    JournalHead.objects.update(last_seq=2, hash=link)
    assert found() == [("journal-sealed", "log", 3)]
    making.some_log(3)
    assert found() == []  # the very same lines again
    JournalEntry.objects.all().delete()
    JournalHead.objects.update(last_seq=0, hash="")
    making.some_log(1)
    assert found() == [("journal-sealed", "log", 1)]


def test_roots_from_before_the_log_was_sealed_stay_what_they_were(zone: Zone) -> None:
    making.a_life(zone)
    root = actions.seal(at=AT)
    assert root is not None
    old = [getattr(queries.sealed(root), name) for name in trees.SEALED[:12]]
    assert trees.SEALED[12:] == trees.JOURNAL
    assert hashlib.sha256(trees.text(old).encode()).hexdigest() == root.root


def test_verifying_takes_the_same_statements_however_many_cases(
    zone: Zone, django_assert_num_queries: Any
) -> None:
    making.a_life(zone)
    actions.seal(at=AT)
    with django_assert_num_queries(15):
        found()
    for number in range(4):
        making.a_life(zone, key=f"more-{number}")
    with django_assert_num_queries(15):
        found()


def test_replaying_gives_what_is_stored_until_somebody_tampers(zone: Zone) -> None:
    case = making.a_life(zone)
    cases.a_case(zone, key="other")
    assert not list(replaying.differing(Case.objects.all()))
    tamper("UPDATE cases_case SET variables = '{}' WHERE id = %s", case.pk)
    assert list(replaying.differing(Case.objects.all())) == [case.number]


def test_since_passes_over_histories_that_did_not_grow(zone: Zone) -> None:
    case = making.a_life(zone)
    tamper("UPDATE cases_caseevent SET payload = '{}' WHERE case_id = %s AND seq = 1", case.pk)
    day = AT.date()
    assert len(list(verifying.histories(since=day))) == 1
    assert not list(verifying.histories(since=day + timedelta(days=2)))


def test_the_daily_job_seals_once_a_day(zone: Zone) -> None:
    making.a_life(zone)
    assert jobs.seal_daily(at=AT) == 1
    assert jobs.seal_daily(at=AT + timedelta(hours=3)) == 0
    assert DailyRoot.objects.count() == 1
    jobs.seal_daily(at=AT + timedelta(days=1))
    assert DailyRoot.objects.count() == 2


def test_a_large_first_root_comes_in_several(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "LEAVES_MAX", 2)
    for number in range(5):
        cases.a_case(zone, key=f"open-{number}")
    assert [jobs.seal_daily(at=AT) for _ in range(5)] == [2, 2, 1, 0, 0]
    assert found() == []


def test_two_hands_that_seal_make_one_root(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    making.a_life(zone)
    actions.seal(at=AT)
    monkeypatch.setattr(queries, "newest_root", lambda: None)
    assert actions.seal(at=AT) is None
    assert DailyRoot.objects.count() == 1


def test_a_verification_goes_on_sweep_by_sweep(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "EVENTS_A_SWEEP", 1)
    lives = [making.a_life(zone, key=f"life-{number}") for number in range(3)]
    tamper("UPDATE cases_caseevent SET node = 'x' WHERE case_id = %s AND seq = 2", lives[1].pk)
    actions.seal(at=AT)
    Verification.objects.create(asked_at=AT, asked_by="审计员", cases_all=3)
    sweeps = 0
    while jobs.verify(at=AT):
        sweeps += 1
    assert sweeps == 4
    done = Verification.objects.get()
    assert done.finished_at == AT
    assert (done.cases_seen, done.events_seen) == (3, CaseEvent.objects.count())
    assert done.faults == [["changed", lives[1].number, 2, ""]]


def test_a_verification_left_by_a_dead_worker_is_taken_over(zone: Zone) -> None:
    cases.a_case(zone)
    Verification.objects.create(asked_at=AT, asked_by="x", leased_until=AT + actions.LEASE)
    assert jobs.verify(at=AT) == 0
    later = AT + actions.LEASE
    assert jobs.verify(at=later) > 0
