"""Run the suite on SQLite, then its database tests on PostgreSQL, and say what was left out.

The PostgreSQL pass runs when ``DATABASE_URL`` names one; it takes the same database tests a second
time (everything else cannot differ). The last lines are a summary for people and, after
``left out:``, one line of JSON for machines. ``TEST_COMPLETE=1`` makes anything left out a failure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "tests"
# What no package registry brings: said in the last lines, but no failure of a complete run.
ELSEWHERE = ("NANCHENG_DMN_TCK",)
NO_POSTGRESQL = "DATABASE_URL names no PostgreSQL, so the database tests ran on SQLite alone"


def run_pass(name: str, arguments: list[str], database_url: str) -> tuple[int, dict[str, Any]]:
    """Run pytest once and return its exit code and the report that conftest.py wrote."""
    report = REPORTS / f"{name}.json"
    report.unlink(missing_ok=True)
    environment = {
        **os.environ,
        "NANCHENG_DATA": str(REPORTS / f"{name}-data"),
        "DATABASE_URL": database_url,
    }
    command = [sys.executable, "-m", "pytest", f"--report-to={report}", *arguments]
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if not report.exists():
        return code or 1, {"closing": "no report was written", "left_out": []}
    return code, json.loads(report.read_text(encoding="utf-8"))


def main() -> None:
    """Run the passes; arguments go to pytest."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    url = os.environ.get("DATABASE_URL", "")
    arguments = sys.argv[1:]
    passes = {"sqlite": run_pass("sqlite", arguments, "")}
    left_out: list[str] = []
    if url:
        passes["postgresql"] = run_pass("postgresql", ["--database-only", *arguments], url)
    else:
        left_out.append(NO_POSTGRESQL)
    print()
    for name, (_, report) in passes.items():
        left_out.extend(f"{name}: {reason}" for reason in report["left_out"])
        print(f"{name}: {report['closing']}")
    for reason in left_out:
        print(f"left out — {reason}")
    print("left out: " + json.dumps(left_out, ensure_ascii=False))
    failed = [name for name, (code, _) in passes.items() if code]
    if failed:
        sys.exit(f"make test: failed on {', '.join(failed)}")
    missing = [reason for reason in left_out if not any(name in reason for name in ELSEWHERE)]
    if missing and os.environ.get("TEST_COMPLETE") == "1":
        sys.exit("make test: something was left out, and TEST_COMPLETE=1 allows nothing to be")


if __name__ == "__main__":
    main()
