"""加签, 减签: who may, who sees what, and the panel of a joint signing."""

from __future__ import annotations

import pytest

from nancheng.foundation.cases import actions, definitions, queries
from nancheng.foundation.cases.models import Case, Task
from nancheng.foundation.cases.signing import actions as signing
from nancheng.foundation.cases.signing import queries as signings
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import AT, SignIn, Zone
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.kernel.refusal import Refused


@pytest.fixture
def case(zone: Zone) -> Case:
    """A loan that waits for the signature of the law office."""
    made = making.a_case(zone, amount=100)
    making.do(made, "apply", zone.an)
    making.do(made, "review", zone.bai)
    return made


def sign_task(case: Case, code: str = "law") -> Task:
    return Task.objects.get(
        case=case, node="sign", department__code=code, state__in=("offered", "claimed")
    )


def add(case: Case, zone: Zone, *elements: str, key: str = "add") -> None:
    signing.add(
        sign_task(case).pk,
        elements=elements or ("zone",),
        reason="还需会签",
        by=zone.ding,
        at=AT,
        key=key,
    )


def test_an_added_signer_stands_on_the_panel_with_who_asked(zone: Zone, case: Case) -> None:
    add(case, zone)
    add(case, zone)  # the same form again
    (round_,) = signings.of_case(case, zone.ding)
    assert [one.department for one in round_.signers] == ["司法所", "管委会"]
    added = round_.signers[1]
    assert "丁" in added.added_by
    assert added.may_remove
    (seen,) = signings.of_case(case, zone.bai)
    assert not seen.signers[1].may_remove
    task = sign_task(case)
    actions.complete(
        task_id=task.pk,
        values={"decision": "agree"},
        by=zone.ding,
        at=AT,
        key="s",
        opinion="合规",
    )
    (round_,) = signings.of_case(case, zone.ding)
    assert round_.signed == 1
    assert (round_.signers[0].opinion, round_.signers[0].by) == ("合规", "丁")
    assert_whole(case)


def test_nobody_is_asked_twice_and_several_are_all_or_none(zone: Zone, case: Case) -> None:
    with pytest.raises(Refused, match="already-signing"):
        add(case, zone, "law")
    with pytest.raises(Refused, match="already-signing"):
        add(case, zone, "zone", "law")
    assert Task.objects.filter(case=case, node="sign").count() == 1
    with pytest.raises(Refused, match="nobody-at-post"):
        add(case, zone, "zone", "north")
    assert Task.objects.filter(case=case, node="sign").count() == 1
    assert signings.choices(sign_task(case), definitions.program(case.process_id)) == [
        ("zone", "管委会")
    ]


def test_a_signer_is_taken_out_by_whoever_added_it_and_before_it_signs(
    zone: Zone, case: Case
) -> None:
    add(case, zone)
    added = sign_task(case, "zone")
    with pytest.raises(Refused, match="signer-not-yours"):
        signing.remove(added.pk, reason="x", by=zone.bai, at=AT, key="r")
    with pytest.raises(Refused, match="signer-not-yours"):
        signing.remove(sign_task(case).pk, reason="x", by=zone.ding, at=AT, key="r")
    signing.remove(added.pk, reason="不涉及", by=zone.ding, at=AT, key="r")
    signing.remove(added.pk, reason="不涉及", by=zone.ding, at=AT, key="r")
    added.refresh_from_db()
    assert added.state == "cancelled"
    assert queries.history(case.pk)[0].kind == "InstanceRemoved"
    with pytest.raises(Refused, match="signer-gone"):
        signing.remove(added.pk, reason="x", by=zone.ding, at=AT, key="r2")
    add(case, zone, key="again")  # and may be asked anew
    assert_whole(case)


def test_signers_are_added_and_removed_from_their_pages(
    zone: Zone, case: Case, sign_in: SignIn
) -> None:
    task = sign_task(case)
    client = sign_in("ding")
    address = f"/tasks/{task.pk}/add-signer/"
    assert "管委会" in client.get(address).content.decode()
    for given in ({"reason": "x"}, {"elements": "law", "reason": "x"}, {"elements": "zone"}):
        assert client.post(address, {**given, "key": "k"}).status_code == 422
    done = client.post(address, {"elements": "zone", "reason": "涉及本部门", "key": "k"})
    assert done.status_code == 302
    assert "加签" in client.get(f"/tasks/{task.pk}/").content.decode()
    assert sign_in("bai").get(address).status_code == 404
    added = sign_task(case, "zone")
    remove = f"/tasks/{added.pk}/remove-signer/"
    assert sign_in("bai").get(remove).status_code == 404
    assert sign_in("an").post(remove, {"reason": "x", "key": "k"}).status_code == 404
    assert client.post(remove, {"reason": "", "key": "r"}).status_code == 422
    assert client.post(remove, {"reason": "不涉及", "key": "r"}).status_code == 302
    assert Task.objects.get(pk=added.pk).state == "cancelled"
    assert "不涉及" in sign_in("fang").get(f"/cases/{case.number}/").content.decode()
