"""Which department and post a task goes to: lane → party of the case → department → post."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from nancheng.foundation.cases import clocks
from nancheng.foundation.cases.store import Loaded, TaskRow
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.models import Post
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.state import Item, State
from nancheng.kernel.refusal import Refused


def task_rows(
    loaded: Loaded, state: State, program: Program, items: Iterable[Item], *, at: datetime
) -> list[TaskRow]:
    """Return the rows of the tasks to offer, each with the clock of its limit.

    A multi-instance whose elements are department codes sends each instance to its department;
    every other task goes to the department that plays its lane's party in this case.
    Raises ``Refused`` when nobody plays the party or the department lacks the post.
    """
    return [_row(loaded, program, item, at) for item in items]


def _row(loaded: Loaded, program: Program, item: Item, at: datetime) -> TaskRow:
    lane = program.lanes[item.node]
    element = item.data.get("element")
    if isinstance(element, str):
        department = people.coded(element)
    elif lane.party:
        department = loaded.parties.get(lane.party, 0)
    else:
        department = loaded.department_id
    name, name_en = program.names[item.node]
    try:
        post = people.post_of(department, lane.post)
    except Post.DoesNotExist:
        raise Refused("cases.nobody-at-post", step=name, party=lane.name, duty=lane.post) from None
    limit = program.limits.get(item.node)
    clock = None
    if limit is not None:
        clock = clocks.begun(
            limit,
            case_id=loaded.case_id,
            department_id=department,
            at=at,
            newest=loaded.calendar,
        )
    return TaskRow(
        item.number,
        item.scope,
        item.node,
        name,
        name_en,
        item.data,
        department,
        post,
        clock,
    )
