"""What every contender does: the same cases, the same choices, and a digest to compare.

Standard library only, for it also runs in the other engines' environment. A contender is a process
that reads a number of cases from each line of its input, carries them out, and answers one line of
JSON: user steps done, wall and CPU seconds, and a digest of every case's path.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

DRAWING = Path(__file__).parent / "processes" / "disbursement.bpmn"
SMALL = 800_000
LARGE = 12_000_000

# Carries out the cases from one number up to another; returns the nodes of each one's user tasks in
# the order in which they were done.
Carry = Callable[[int, int], list[list[str]]]


def amount(case: int) -> int:
    """Return a case's amount in fen: one case in five is large and takes the leader."""
    return LARGE if case % 5 == 0 else SMALL


def digest(first: int, paths: list[list[str]]) -> str:
    """Return a mark of what was done, equal for equal outcomes."""
    told = [f"{amount(first + number)}:{','.join(path)}" for number, path in enumerate(paths)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def serve(carry: Carry) -> None:
    """Answer the measuring process until it ends the input."""
    # Each of several processes on one database has numbers of its own.
    first = int(os.environ.get("BENCH_FIRST", "0"))
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        count = int(line)
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        paths = carry(first, first + count)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        steps = sum(map(len, paths))
        said = {"steps": steps, "wall": wall, "cpu": cpu, "digest": digest(first, paths)}
        print(json.dumps(said), flush=True)
        first += count
