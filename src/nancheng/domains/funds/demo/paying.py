"""The payments of the story, each taken to where it rests today; their days are merged into one."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from nancheng.domains.funds.actions import payments
from nancheng.domains.funds.demo import telling
from nancheng.domains.funds.demo.telling import Story
from nancheng.domains.funds.models import Allocation, Contract, Payment
from nancheng.domains.funds.queries import examination
from nancheng.domains.funds.rules.facts import Application, Invoice
from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import jobs
from nancheng.foundation.cases import queries as case_queries

MARK = "demo-"
ROUND_FEN = 10_000
CLERKS = {
    "landscape": "clerk",
    "city": "clerk-city",
    "health": "clerk-health",
    "parking": "clerk-parking",
}
REVIEWERS = {
    "construction": "reviewer",
    "society": "reviewer-society",
    "enforcement": "reviewer-enforcement",
}
# Before which step a payment rests; any other ending goes on to the bank's answer or a refusal.
RESTS = {
    "head": "sign",
    "supervisor": "certify",
    "department": "review",
    "overdue": "review",
    "finance": "finance",
    "check": "check",
    "leader": "leader",
    "treasury": "pay",
}
# How many steps lie between the application and the last one of each ending.
LENGTH = {
    "head": 0,
    "supervisor": 1,
    "department": 2,
    "overdue": 2,
    "finance": 3,
    "check": 4,
    "leader": 5,
    "treasury": 6,
    "refused": 4,
    "paid": 8,
    "returned": 8,
}
OPINIONS = {
    "sign": "情况属实，同意申请。",
    "certify": "现场核验，形象进度与申报一致。",
    "review": "进度款支付资料齐全，建议支付。",
    "finance": "用途、额度、合同与概算核对无误，拟同意。",
    "check": "复核无误。",
    "leader": "同意支付，请抓紧形成实物工作量。",
    "pay": "已按指令支付。",
    "bank": "",
}

Life = Iterator[datetime]


def pay(story: Story) -> None:
    """Live all payments in the order of time; due timers fire as the days go by."""
    order = count()
    queue: list[tuple[datetime, int, Life]] = []
    for number, row in enumerate(telling.rows("demo/payments"), start=1):
        life = _live(story, row, number)
        heapq.heappush(queue, (next(life), next(order), life))
    swept = None
    while queue:
        at, _, life = heapq.heappop(queue)
        if swept is not None and swept != at.date():
            jobs.fire_due(at=at)
        swept = at.date()
        following = next(life, None)
        if following is not None:
            heapq.heappush(queue, (max(at, following), next(order), life))
    jobs.fire_due(at=story.at)


def _live(story: Story, row: telling.Row, number: int) -> Life:
    """Yield when the next thing happens, then let it happen."""
    ending = row["ending"]
    days = _weekdays(story, int(row["days"]), back=LENGTH[ending])
    yield story.moment(days[0], hour=9)
    payment = _apply(story, row, number, at=story.moment(days[0], hour=9))
    for place, offset in enumerate(days[1:], start=1):
        at = story.moment(offset, hour=9 + place % 7)
        yield at
        _step(story, payment, ending, at=at)
        while _may_go_on(payment, ending) and place == len(days) - 1:
            _step(story, payment, ending, at=at)


def _may_go_on(payment: Payment, ending: str) -> bool:
    """Say whether a payment has not come to its ending yet; a leader is not always asked."""
    nodes = {task.node for task in case_queries.open_tasks([payment.case_id])}
    if ending in RESTS:
        return bool(nodes) and RESTS[ending] not in nodes
    return bool(nodes) and "apply" not in nodes


def _apply(story: Story, row: telling.Row, number: int, *, at: datetime) -> Payment:
    contract = story.contracts[row["contract"]]
    allocation = Allocation.objects.get(bond__code=row["bond"], project_id=contract.project_id)
    amount_fen = _amount_fen(story, row, contract, allocation, at=at)
    unit = _unit(contract)
    return payments.apply(
        _application(row, contract, allocation, amount_fen, f"{20_100_000 + number}"),
        by=story.who(CLERKS[unit]),
        at=at,
        key=f"{MARK}{number:03d}",
    )


def _amount_fen(
    story: Story, row: telling.Row, contract: Contract, allocation: Allocation, *, at: datetime
) -> int:
    """Return a part of the most that could be asked for, in round hundreds of yuan."""
    probe = _application(row, contract, allocation, 1, "0")
    left_fen = examination.examine(probe, at=at).left_fen
    return left_fen * int(row["permille"]) // 1000 // ROUND_FEN * ROUND_FEN


def _application(
    row: telling.Row, contract: Contract, allocation: Allocation, amount_fen: int, invoice: str
) -> Application:
    return Application(
        allocation_id=allocation.pk,
        contract_id=contract.pk,
        cost_item_id=contract.cost_item_id,
        amount_fen=amount_fen,
        payee_account=contract.payee_account,
        to_wage_account=False,
        purpose=row["purpose"],
        progress_permille=int(row["progress"]),
        invoices=(Invoice(invoice, amount_fen),),
        papers=frozenset({"request", "progress", "invoice"}),
    )


def _step(story: Story, payment: Payment, ending: str, *, at: datetime) -> None:
    """Do the open step of a payment, unless it is where the story leaves it."""
    task = next(iter(case_queries.open_tasks([payment.case_id])), None)
    if task is None or task.node in (RESTS.get(ending), "apply"):
        return
    values = _values(payment, task.node, ending, at=at)
    cases.complete(
        task_id=task.pk,
        values=values,
        by=story.who(_actor(payment.contract, task.node)),
        at=at,
        key=f"{MARK}{task.pk}",
        opinion=str(values.get("opinion", "")),
    )


def _values(payment: Payment, node: str, ending: str, *, at: datetime) -> Mapping[str, Any]:
    if node == "bank":
        return {
            "decision": "returned" if ending == "returned" else "paid",
            "answered_on": timezone.localdate(at),
            "return_reason": "收款户名与账号不符" if ending == "returned" else "",
            "return_to": "applicant",
        }
    if node == "finance" and ending == "refused":
        return {"decision": "refuse", "opinion": "合同未约定预付款，不予支付。"}
    values: dict[str, Any] = {"decision": "agree", "opinion": OPINIONS[node]}
    if node == "certify":
        values |= {
            "progress": payment.progress_permille,
            "certificate_number": f"ZS-{payment.pk:04d}",
        }
    if node == "pay":
        values |= {"order_number": f"ZF-{at:%Y%m%d}-{payment.pk:03d}"}
    return values


def _actor(contract: Contract, node: str) -> str:
    by_node = {
        "certify": "engineer",
        "finance": "finance",
        "check": "checker",
        "leader": "leader",
        "pay": "cashier",
        "bank": "cashier",
    }
    if node == "sign":
        return CLERKS[_unit(contract)].replace("clerk", "head")
    if node == "review":
        return REVIEWERS[contract.project.project.supervising_department.code]
    return by_node[node]


def _unit(contract: Contract) -> str:
    department = contract.project.project.unit.department
    assert department is not None, contract
    return department.code.removesuffix("-unit")


def _weekdays(story: Story, last: int, *, back: int) -> list[int]:
    """Return day offsets of so many steps back to back on weekdays, ending at ``last``."""
    today = timezone.localdate(story.at)
    days: list[int] = []
    offset = last
    while len(days) <= back:
        if (today + timedelta(days=offset)).weekday() <= telling.FRIDAY:
            days.append(offset)
        offset -= 1
    return days[::-1]
