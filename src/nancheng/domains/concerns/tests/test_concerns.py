"""The life of a coordination concern, with every verb its drawing opens."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from nancheng.domains.concerns import actions, queries, rules
from nancheng.domains.concerns.actions import Concern
from nancheng.domains.concerns.refusals import REFUSALS
from nancheng.domains.concerns.tests import making
from nancheng.domains.concerns.tests.making import AT, NO, YES, Cast
from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import replaying, supplements
from nancheng.foundation.cases.archive import actions as archives
from nancheng.foundation.cases.archive import queries as archive_queries
from nancheng.foundation.cases.jobs import fire_due
from nancheng.foundation.cases.models import Case, CaseLink, Clock, Task, Wait
from nancheng.foundation.cases.reopening import actions as reopening
from nancheng.foundation.cases.reopening.actions import Request
from nancheng.foundation.cases.signing import actions as signing
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.files import queries as file_queries
from nancheng.foundation.messages.models import Notice
from nancheng.kernel.refusal import Refused


def steps(case: Case) -> list[str]:
    """The steps a case waits at."""
    open_ones = Task.objects.filter(case=case, state__in=("offered", "claimed"))
    return sorted(open_ones.values_list("node", flat=True))


def test_a_concern_goes_from_the_pool_to_its_confirmed_result(cast: Cast) -> None:
    case = making.a_concern(cast)
    assert case.number.startswith("XT-")
    making.grab(case, cast.pei)
    with pytest.raises(Refused, match="task-taken"):
        making.grab(case, cast.qi)
    making.do(case, "handle", cast.pei, {"proposal": "增设三处停靠点。"})
    assert steps(case) == ["sign", "sign"]
    making.do(case, "sign", cast.nie, YES)
    assert steps(case) == ["sign"]
    making.do(case, "sign", cast.shao, YES)
    assert steps(case) == ["leader"]
    making.do(case, "leader", cast.lu, YES)
    making.report(cast, case)
    making.do(case, "confirm", cast.jian, YES)
    case.refresh_from_db()
    assert case.status == Case.Status.CLOSED
    assert replaying.differences(case.pk) == []
    shown = queries.facts(case_id=case.pk, actor=None)
    assert (shown["lead"], shown["result"]) == ("construction", "已设置。")
    assert shown["co_units"] == "enforcement、land"


def test_one_objection_ends_the_round_and_a_new_one_begins_without_it(cast: Cast) -> None:
    case = making.a_concern(cast)
    making.proposed(cast, case)
    making.do(case, "sign", cast.nie, NO)
    # 邵 is not asked about a proposal that is to be changed.
    assert steps(case) == ["reconcile"]
    values = {"decision": "again", "proposal": "外移四十米。"}
    making.do(case, "reconcile", cast.qi, values)
    assert steps(case) == ["sign", "sign"]
    making.do(case, "sign", cast.nie, YES)
    making.do(case, "sign", cast.shao, YES)
    assert steps(case) == ["leader"]
    assert queries.variables(case.pk)["proposal"] == "外移四十米。"


def test_what_stays_apart_goes_to_the_leader_who_may_say_no(cast: Cast) -> None:
    case = making.a_concern(cast)
    making.proposed(cast, case)
    making.do(case, "sign", cast.nie, NO)
    making.do(case, "reconcile", cast.qi, {"decision": "up", "proposal": "维持原方案。"})
    making.do(case, "leader", cast.lu, NO)
    case.refresh_from_db()
    assert case.status == Case.Status.CLOSED
    assert "result" not in queries.variables(case.pk)


def test_who_does_not_answer_in_five_working_days_has_no_objection(cast: Cast) -> None:
    case = making.a_concern(cast)
    making.proposed(cast, case)
    making.do(case, "sign", cast.nie, YES)
    wait = Wait.objects.get(case=case, node="late_sign")
    assert wait.due_at is not None
    # From Monday: the end of the 5th working day after it.
    assert wait.due_at.astimezone(AT.tzinfo).date().isoformat() == "2020-11-10"
    assert fire_due(at=wait.due_at - timedelta(seconds=1)) == 0
    assert fire_due(at=wait.due_at) == 1
    assert steps(case) == ["leader"]
    assert replaying.differences(case.pk) == []


def test_without_co_units_nobody_signs(cast: Cast) -> None:
    case = making.a_concern(cast, co_units=())
    making.proposed(cast, case)
    assert steps(case) == ["leader"]


def test_another_unit_is_asked_to_sign_and_may_be_taken_out_again(cast: Cast) -> None:
    case = making.a_concern(cast, co_units=("enforcement",))
    making.proposed(cast, case)
    task = making.the_task(case, "sign", cast.nie)
    signing.add(task.pk, elements=["land"], reason="涉及用地", by=cast.nie, at=AT, key="add")
    added = making.the_task(case, "sign", cast.shao)
    signing.remove(added.pk, reason="不涉及", by=cast.nie, at=AT, key="out")
    assert steps(case) == ["sign"]
    making.do(case, "sign", cast.nie, YES)
    assert steps(case) == ["leader"]


def test_missing_papers_are_asked_for_and_the_clock_stands_still(cast: Cast) -> None:
    case = making.a_concern(cast)
    making.grab(case, cast.qi)
    task = making.the_task(case, "handle", cast.qi)
    before = Clock.objects.get(task=task).due_on
    supplements.ask(task_id=task.pk, reason="请补充职工人数。", by=cast.qi, at=AT, key="ask")
    assert Notice.objects.get(code="cases.correction-asked").identity_id == cast.jian.identity_id
    assert Clock.objects.get(task=task).due_on is None
    later = AT + timedelta(days=2)
    supplements.receive(task_id=task.pk, by=cast.qi, at=later, key="got")
    after = Clock.objects.get(task=task).due_on
    assert before is not None
    assert after is not None
    assert after > before


def test_what_is_sent_back_is_put_right_by_who_asked(cast: Cast) -> None:
    case = making.a_concern(cast)
    making.grab(case, cast.qi)
    task = making.the_task(case, "handle", cast.qi)
    cases.send_back(
        task_id=task.pk, target="submit", reason="请写明地点", by=cast.qi, at=AT, key="back"
    )
    assert steps(case) == ["submit"]
    assert queries.submitted(case.pk)["content"] == "请增设停靠点。"
    making.do(case, "submit", cast.jian, {"content": "东门、西门。", "wanted_on": None})
    assert steps(case) == ["handle"]
    assert queries.submitted(case.pk)["content"] == "东门、西门。"


def test_no_other_door_takes_a_result_without_its_paper(cast: Cast) -> None:
    case = making.a_concern(cast)
    making.decided(cast, case)
    with pytest.raises(Refused, match="result-missing"):
        making.do(case, "carry", cast.qi, {"result": "已设置。", "papers": [], "drafts": ""})
    assert steps(case) == ["carry"]
    making.report(cast, case)
    assert not {"papers", "drafts"} & queries.variables(case.pk).keys()


def test_a_result_sent_twice_is_reported_once_with_one_paper(cast: Cast) -> None:
    case = making.a_concern(cast)
    making.decided(cast, case)
    making.report(cast, case)
    making.report(cast, case)
    assert steps(case) == ["confirm"]
    assert file_queries.of_case(case.pk).count() == 1


def test_a_result_needs_its_paper_and_one_who_is_not_content_sends_it_back(cast: Cast) -> None:
    case = making.a_concern(cast)
    making.decided(cast, case)
    with pytest.raises(Refused, match="result-missing"):
        actions.report(case.pk, result="已设置。", attachment_ids=[], by=cast.qi, at=AT, key="r")
    assert steps(case) == ["carry"]
    making.report(cast, case)
    making.do(case, "confirm", cast.jian, NO)
    assert steps(case) == ["carry"]
    with pytest.raises(Refused, match="no-such-step"):
        actions.report(
            making.a_concern(cast, key="other").pk,
            result="x",
            attachment_ids=[],
            by=cast.qi,
            at=AT,
            key="o",
        )


def test_a_closed_concern_is_archived_with_its_result_and_reopened_by_two(cast: Cast) -> None:
    case = making.a_concern(cast)
    making.finished(cast, case)
    assert archive_queries.faults(case) == []
    archives.archive(case.pk, retention="10y", note="", by=cast.ye, at=AT, key="archive")
    wanted = Request("carry", "停靠点被占用，需再落实。")
    reopening.ask(case.pk, request=wanted, by=cast.ye, at=AT, key="again")
    asked = Confirmation.objects.get(operation="cases.reopen")
    with pytest.raises(Refused, match="same-person"):
        confirmations.confirm(confirmation_id=asked.pk, answer="", by=cast.ye, at=AT)
    confirmations.confirm(confirmation_id=asked.pk, answer="同意", by=cast.lu, at=AT)
    link = CaseLink.objects.get(kind=CaseLink.Kind.REOPENED)
    new = Case.objects.get(pk=link.case_id if link.case_id != case.pk else link.other_id)
    assert steps(new) == ["carry"]
    assert queries.variables(new.pk)["content"] == "请增设停靠点。"


def test_the_archive_asks_for_the_result_of_a_concern_that_lacks_it(cast: Cast) -> None:
    case = making.a_concern(cast)
    making.proposed(cast, case)
    making.do(case, "sign", cast.nie, NO)
    making.do(case, "reconcile", cast.qi, {"decision": "up", "proposal": "x"})
    making.do(case, "leader", cast.lu, NO)
    case.refresh_from_db()
    (fault,) = archive_queries.faults(case)
    assert fault.figure == queries.RESULT


def test_the_same_click_puts_one_concern_forward(cast: Cast) -> None:
    assert making.a_concern(cast).pk == making.a_concern(cast).pk
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("lead", "co_units", "code"),
    [
        ("economy", (), "lead-is-oneself"),
        ("construction", ("construction",), "lead-among-co-units"),
        ("construction", ("economy",), "oneself-among-co-units"),
        ("nowhere", (), "no-such-department"),
        ("construction", ("zone",), "no-such-department"),
    ],
)
def test_departments_that_cannot_take_part_so(
    cast: Cast, lead: str, co_units: tuple[str, ...], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        actions.put_forward(Concern("x", "x", lead, co_units), by=cast.jian, at=AT, key=code)
    assert not Case.objects.exists()


def test_too_many_co_units_are_a_meeting() -> None:
    many = [str(number) for number in range(rules.CO_UNITS_MAX + 1)]
    (fault,) = rules.faults(own="a", lead="b", co_units=many)
    assert fault.code == "concerns.too-many-co-units"
    assert not list(rules.faults(own="a", lead="b", co_units=many[1:]))


def test_words_and_codes_are_the_same_set() -> None:
    here = Path(actions.__file__).parent
    texts = [(here / name).read_text(encoding="utf-8") for name in ("actions.py", "rules.py")]
    raised = {
        code for text in texts for code in re.findall(r'Refused\(\s*"(concerns\.[a-z-]+)"', text)
    }
    assert raised == set(REFUSALS)
