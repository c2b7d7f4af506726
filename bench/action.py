"""Contender: the whole action that completes a task, on the database that the environment names.

Rights, kernel, events with their hash chain, task rows, clocks: what a click does, without HTTP.
"""

from __future__ import annotations

from bench import reference, stage

WORKED_BY = {
    "apply": "clerk",
    "review": "finance",
    "audit": "finance",
    "sign": "department",
    "leader": "leader",
}

OPEN_TASKS = (
    "SELECT node, id FROM cases_task WHERE case_id = %s AND state IN ('offered', 'claimed')"
)


def carrier() -> reference.Carry:
    """Return what carries cases out through the actions of ``cases``."""
    from nancheng.foundation.cases import actions
    from nancheng.foundation.cases.actions import Opening
    from nancheng.foundation.web import sql

    cast = stage.cast()
    parties = {hand: actor.department_id for hand, actor in cast.items()}

    def next_task(case_id: int) -> tuple[str, int] | None:
        # A work list has done this before the click, so it is as cheap as can be.
        return min(sql.rows(OPEN_TASKS, [case_id]), default=None)

    def carry(first: int, last: int) -> list[list[str]]:
        paths = []
        for case in range(first, last):
            opening = Opening(
                "bench.disbursement",
                f"办件 {case}",
                {"amount": reference.amount(case)},
                parties,
            )
            key = f"case-{case}"
            row = actions.open_case(opening, by=cast["clerk"], at=stage.AT, key=key)
            path = list[str]()
            while task := next_task(row.pk):
                node, task_id = task
                actions.complete(
                    task_id=task_id,
                    values={"decision": "agree"},
                    by=cast[WORKED_BY[node]],
                    at=stage.AT,
                    key=f"{key}-{len(path)}",
                    opinion="同意",
                )
                path.append(node)
            paths.append(path)
        return paths

    return carry


if __name__ == "__main__":
    stage.start()
    reference.serve(carrier())
