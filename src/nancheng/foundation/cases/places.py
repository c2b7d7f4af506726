"""Which department and post a task goes to: lane → party of the case → department → post."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nancheng.foundation.cases.models import Participant
from nancheng.foundation.cases.store import Loaded, TaskRow
from nancheng.foundation.people import queries as people
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.state import Item, State
from nancheng.kernel.refusal import Refused


def task_rows(
    loaded: Loaded, state: State, program: Program, items: Iterable[Item]
) -> list[TaskRow]:
    """Return the rows of the tasks to offer.

    A multi-instance whose elements are department codes sends each instance to its department;
    every other task goes to the department that plays its lane's party in this case.
    Raises ``Refused`` when nobody plays the party or the department lacks the post.
    """
    items = list(items)
    parties = dict(
        Participant.objects.filter(case_id=loaded.case_id).values_list("party", "department_id")
    )
    posts = people.posts(
        duties={program.lanes[item.node].post for item in items},
    )
    return [_row(loaded, program, item, parties, posts) for item in items]


def _row(
    loaded: Loaded,
    program: Program,
    item: Item,
    parties: Mapping[str, int],
    posts: Mapping[tuple[int, str], int],
) -> TaskRow:
    lane = program.lanes[item.node]
    element = item.data.get("element")
    if isinstance(element, str):
        department = people.department_id(code=element)
    else:
        department = parties.get(lane.party) or (loaded.department_id if not lane.party else 0)
    name, name_en = program.names[item.node]
    post = posts.get((department, lane.post))
    if post is None:
        raise Refused("cases.nobody-at-post", step=name, party=lane.name, duty=lane.post)
    return TaskRow(
        item=item.number,
        scope=item.scope,
        node=item.node,
        name=name,
        name_en=name_en,
        data=item.data,
        department_id=department,
        post_id=post,
    )
