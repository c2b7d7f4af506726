"""``make bench``: interleaved rounds, outcomes checked equal, medians and minima.

``BENCH_ROUNDS`` (default 5) and ``BENCH_SECONDS`` a sample (default 1.5) may be set;
``BENCH_WRITE=1`` puts the tables into docs/benchmarks.md.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from statistics import median

from bench import databases, decisions, standing
from bench.contenders import ROOT, Contender, Conversation, Crowd, Sample, prepare_peers

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "1.5"))
CHECKED_CASES = 10
CROWD = 8
DOCUMENT = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"

MEMORY = (
    Contender("Nancheng kernel", "kernel_memory"),
    Contender("SpiffWorkflow", "spiff", ("memory",), is_peer=True),
)


def stored(urls: Mapping[str, str] | None = None) -> tuple[Contender, ...]:
    """Return the contenders that keep every step, on SQLite or each on its own PostgreSQL."""
    kind = "postgresql" if urls else "sqlite"
    own = urls or dict.fromkeys(("action", "spiff", "viewflow", "bare"), "")
    return (
        Contender("Nancheng, whole action", "action", (kind,), database_url=own["action"]),
        Contender(
            "SpiffWorkflow, saved and loaded",
            "spiff",
            (kind, own["spiff"] or "FILE"),
            is_peer=True,
        ),
        Contender("django-viewflow", "viewflow", (kind, own["viewflow"] or "FILE"), is_peer=True),
        Contender("bare transaction of the same rows", "bare", (kind,), database_url=own["bare"]),
    )


def measure(contenders: Sequence[Contender], *, processes: int = 1) -> dict[str, list[Sample]]:
    """Run the contenders in turns; stop when their outcomes differ."""
    talks: list[Conversation | Crowd] = [
        Conversation(one) if processes == 1 else Crowd(one, processes) for one in contenders
    ]
    least = CHECKED_CASES * processes
    checked = {talk.contender.name: talk.carry(least) for talk in talks}
    marks = {sample.digest for sample in checked.values()}
    if len(marks) != 1:
        sys.exit(f"outcomes differ: { {name: sample.digest for name, sample in checked.items()} }")
    rates = {talk: talk.carry(least) for talk in talks}
    cases = {
        talk: max(least, round(least * SECONDS / sample.wall)) for talk, sample in rates.items()
    }
    samples: dict[str, list[Sample]] = {talk.contender.name: [] for talk in talks}
    for number in range(ROUNDS):
        print(f"  round {number + 1} of {ROUNDS}", file=sys.stderr, flush=True)
        # Each round begins with another contender, so that none is always first.
        for talk in talks[number % len(talks) :] + talks[: number % len(talks)]:
            samples[talk.contender.name].append(talk.carry(cases[talk]))
    for talk in talks:
        talk.end()
    return samples


def on_postgresql(url: str, *, processes: int = 1) -> dict[str, list[Sample]]:
    """Measure on databases made for it, one a contender, dropped afterwards."""
    names = ("action", "spiff", "viewflow", "bare")
    with ExitStack() as stack:
        urls = {name: stack.enter_context(databases.empty(url, name)) for name in names}
        contenders = stored(urls)
        # The bare rows are taken from a model of its own, one process at a time.
        return measure(contenders if processes == 1 else contenders[:3], processes=processes)


def table(title: str, samples: dict[str, list[Sample]]) -> list[str]:
    """Return one table; the ratio is the median of those within the rounds."""
    ours = next(iter(samples.values()))
    lines = [
        f"### {title}",
        "",
        "| | user steps/s, median [min–max] | CPU ms a step, median [min] | Nancheng is ×, by time"
        " | by CPU |",
        "|---|---|---|---|---|",
    ]
    for name, runs in samples.items():
        rates = [run.rate for run in runs]
        cpu = [run.cpu_ms for run in runs]
        pairs = list(zip(ours, runs, strict=True))
        by_time = median(mine.rate / run.rate for mine, run in pairs)
        by_cpu = median(run.cpu_ms / mine.cpu_ms for mine, run in pairs)
        ratios = " | " if runs is ours else f"{by_time:.2f} | {by_cpu:.2f}"
        lines.append(
            f"| {name} | {median(rates):,.0f} [{min(rates):,.0f}–{max(rates):,.0f}]"
            f" | {median(cpu):.3f} [{min(cpu):.3f}] | {ratios} |"
        )
    return [*lines, ""]


def machine() -> str:
    """Return on what and when this was measured."""
    return (
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {platform.system()}"
        f" {platform.machine()}, Python {platform.python_version()}, {ROUNDS} interleaved rounds"
        f" of about {SECONDS:g} s a contender. The process has 5 user tasks, a parallel pair,"
        " a timer, a condition and automatic work; one case in five takes the leader. Outcomes"
        " were equal. Opening the case is inside the time; on PostgreSQL CPU is the client's alone."
    )


def write(lines: Sequence[str]) -> None:
    """Replace the figures in the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    body = "\n".join(lines).strip()
    DOCUMENT.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Measure everything that this machine has."""
    prepare_peers()
    lines = [machine(), ""]
    lines += table("The kernel alone, in memory", measure(MEMORY))
    lines += decisions.table()
    lines += table("A step that is kept, SQLite (WAL, synchronous=FULL)", measure(stored()))
    standings = [standing.row("SQLite (WAL, synchronous=FULL)")]
    if url := os.environ.get("DATABASE_URL"):
        lines += table("A step that is kept, PostgreSQL", on_postgresql(url))
        lines += table(
            f"The same with {CROWD} processes on one PostgreSQL",
            on_postgresql(url, processes=CROWD),
        )
        with databases.empty(url, "standing") as own:
            standings.append(standing.row("PostgreSQL", own))
    lines += standing.table(standings)
    if not url:
        lines.append("PostgreSQL was left out: DATABASE_URL names none.")
    print("\n".join(lines))
    if os.environ.get("BENCH_WRITE") == "1":
        write(lines)


if __name__ == "__main__":
    main()
