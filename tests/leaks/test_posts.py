"""Forms with other people's ids in every field: nothing beyond sight comes back or is changed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import transaction

from nancheng.foundation.cases.models import CaseEvent, Task
from nancheng.foundation.cases.queries import VIEW
from nancheng.foundation.files.models import Attachment
from nancheng.foundation.people.models import Absence, Identity
from tests.leaks import doors
from tests.leaks.sight import Secret, Sight
from tests.leaks.test_pages import DOORS, addresses, is_let_in, leaked
from tests.leaks.world import IDENTITIES, World, content

pytestmark = pytest.mark.django_db
FIELD = re.compile(r'<(?:input|select|textarea)[^>]*\bname="([^"]+)"')
SELECTED = re.compile(r'name="(key|version)"[^>]*value="([^"]*)"')
POSTED = sorted(name for name, door in DOORS.items() if door.is_posted)
OUT = {"people:sign-out", "people:switch-language", "people:sign-in"}


@pytest.fixture(scope="module")
def foreign(sight: Sight) -> list[str]:
    """Return ids and codes of rows of every kind, to be typed where they do not belong."""
    return [
        *(str(each.pk) for each in sight.attachments[:2]),
        *(str(each.pk) for each in sight.organisations[-2:]),
        *(each.number for each in sight.projects[-2:]),
        *(each.number for each in sight.cases[-2:]),
        str(Identity.objects.latest("id").pk),
    ]


@pytest.mark.parametrize("name", [name for name in POSTED if name not in OUT])
def test_another_ones_ids_in_every_field_bring_nothing_back(
    name: str, world: World, sight: Sight, foreign: list[str]
) -> None:
    door = DOORS[name]
    for turn, who in enumerate(("clerk", "narrow", "investment", "sysadmin")):
        actor, client = world.actor(who), world.clients[who]
        hidden = sight.hidden_from(actor)
        if not is_let_in(door, actor):
            continue
        arguments = next(addresses(name, door, sight, actor), None)
        if arguments is None:
            continue
        address = doors.address(name, arguments)
        form = client.get(address)
        fields = set(FIELD.findall(content(form).decode())) if form.status_code == 200 else set()
        fields |= {"task", "identity", "drafts", "to_identity", "principal", "deputy"}
        kept = dict(SELECTED.findall(content(form).decode())) if fields else {}
        value = foreign[turn % len(foreign)]
        sent = dict.fromkeys(fields - {"csrfmiddlewaretoken"}, value) | kept
        with transaction.atomic():
            answer = client.post(address, sent)
            assert answer.status_code < 500, (who, address)
            known = _typed(hidden, value)
            assert not leaked(answer, known, address), (who, address)
            transaction.set_rollback(True)


def _typed(hidden: list[Secret], value: str) -> list[Secret]:
    """Return the secrets but for what was typed: a form keeps what one typed."""
    return [each for each in hidden if each.text not in value]


class TestNothingOfOthersIsChanged:
    """Commands on rows beyond sight leave every row as it was."""

    def state(self) -> tuple[Any, ...]:
        return (
            CaseEvent.objects.count(),
            list(Task.objects.order_by("id").values_list("id", "state", "claimed_by_id")),
            list(Attachment.objects.order_by("id").values_list("id", "case_id")),
            Absence.objects.count(),
        )

    @pytest.mark.parametrize("who", IDENTITIES)
    def test_many_claimed_at_once(self, who: str, world: World, sight: Sight) -> None:
        actor = world.actor(who)
        others = [
            task.pk
            for case in sight.cases
            for task in sight.tasks[case.pk]
            if not sight.holds(actor, task)
        ]
        before = self.state()
        world.clients[who].post("/desk/claim/", {"task": others[:40], "key": f"leak-{who}"})
        assert self.state() == before

    def test_a_claim_of_a_case_beyond_sight_is_told_nothing(
        self, world: World, sight: Sight
    ) -> None:
        clerk = world.actor("clerk")
        task = next(
            task
            for case in sight.cases
            if not sight.may(clerk, VIEW, case)
            for task in sight.tasks[case.pk]
        )
        answers = {
            world.clients["clerk"].post(f"/tasks/{pk}/{verb}/", {"key": "x"}).status_code
            for pk in (task.pk, 999_999_999)
            for verb in ("claim", "complete", "send-back", "transfer", "extend", "remind")
        }
        assert answers == {404}

    def test_another_ones_draft_is_not_handed_in_with_ones_own(
        self, world: World, sight: Sight
    ) -> None:
        draft = next(each for each in sight.attachments if each.case_id is None)
        contract = next(
            each
            for each in sight.contracts
            if sight.funds(world.actor("clerk-city"), each.project, "funds.payment.apply")
        )
        page = world.clients["clerk-city"].post(
            f"/funds/payments/apply/{contract.pk}/", {"drafts": str(draft.pk), "key": "steal"}
        )
        assert draft.name not in content(page).decode()
        draft.refresh_from_db()
        assert draft.case_id is None
