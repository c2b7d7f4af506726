"""Replays histories, as an auditor would, and compares with what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet

from nancheng.foundation.cases import store
from nancheng.foundation.cases.models import Case, CaseEvent
from nancheng.kernel.process import state as states
from nancheng.kernel.process import wire
from nancheng.kernel.process.state import State


def differing(cases: QuerySet[Case]) -> Iterator[str]:
    """Yield the numbers of cases whose events do not give the state that is stored."""
    for case_id, number in cases.order_by("pk").values_list("id", "number").iterator():
        with transaction.atomic():
            loaded = store.load(case_id=case_id)
            if loaded is not None and loaded.last_seq and loaded.state != replayed(case_id):
                yield number


def replayed(case_id: int) -> State:
    """Return the state that a case's stored events give."""
    payloads = CaseEvent.objects.filter(case_id=case_id).order_by("seq")
    bodies = [json.loads(payload) for payload in payloads.values_list("payload", flat=True)]
    # A remark (claimed, reminded …) moves no token; a note is what a hand wrote to its command.
    moves = [body for body in bodies if "remark" not in body]
    for body in moves:
        body.pop("note", None)
    return states.replay(wire.from_json(body) for body in moves)
