"""Ten thousand open cases: a department's overdue list, and timers that are due all at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

from bench import seed, stage
from bench.contenders import BUILD, ROOT

CASES = 10_000
ROUNDS = 21
PAGE = 50
# The step at which every case stands: finance's, with a limit of days and a timer beside it.
STEP = "review"
LATER = timedelta(days=30)


def _seeded() -> None:
    stage.start()
    stage.units()
    from nancheng.foundation.cases.models import Case

    models = [
        [seed.carried(f"unit{number:02d}-clerk", seed.LONG, STEP)] for number in range(stage.UNITS)
    ]
    while (known := Case.objects.count()) < CASES:
        seed.write(models, known, min(seed.BATCH, CASES - known))
    seed.finish()


def _overdue() -> list[float]:
    """Return how long the first page of finance's overdue list took, in milliseconds."""
    from nancheng.foundation.cases import listed, worklist
    from nancheng.foundation.people import queries as people

    head = stage.actor("administrator")
    finance = people.coded("finance")
    now = worklist.today(stage.AT + LATER)

    def page() -> int:
        found = worklist.open_in(head, worklist.posts_in(finance))
        rows = found.filter(due_on__lt=now.on).order_by("due_on", "id")
        return len(listed.task_lines(rows.only("id")[:PAGE], now, head))

    assert page() == PAGE
    return [_ms(page) for _ in range(ROUNDS)]


def _ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


def _timers() -> tuple[float, float]:
    """Fire every timer there is; return how many a second, and CPU milliseconds each."""
    from nancheng.foundation.cases import jobs

    at, fired = stage.AT + LATER, 0
    wall, cpu = time.perf_counter(), time.process_time()
    while count := jobs.fire_due(at=at):
        fired += count
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert fired >= CASES, fired
    return fired / wall, 1000 * cpu / fired


def main() -> None:
    """Measure the empty database that the environment names; print the figures as JSON."""
    _seeded()
    spans = _overdue()
    rate, cpu = _timers()
    print(json.dumps({"median": median(spans), "least": min(spans), "rate": rate, "cpu": cpu}))


def row(name: str, database_url: str = "") -> str:
    """Measure in a process and database of its own; return the line of the table."""
    data = BUILD / "standing"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    paths = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    own = {"PYTHONPATH": paths, "NANCHENG_DATA": str(data), "DATABASE_URL": database_url}
    done = subprocess.run(
        [sys.executable, "-m", "bench.standing"],
        env={**os.environ, **own},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return (
        f"| {name} | {told['median']:.1f} [{told['least']:.1f}]"
        f" | {told['rate']:,.0f} | {told['cpu']:.2f} |"
    )


def table(rows: list[str]) -> list[str]:
    """Return the section for the printed results."""
    return [
        f"### {CASES:,} open cases",
        "",
        f"| | first page ({PAGE}) of a department's {CASES:,} overdue tasks, ms, median [min]"
        " | timers fired a second, one process | CPU ms a timer |",
        "|---|---|---|---|",
        *rows,
        "",
    ]


if __name__ == "__main__":
    main()
