"""Run every check that needs no database content; all of them, then say which failed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
TOOLS = Path(PYTHON).parent
SOURCES = ("src", "tests", "scripts", "bench", "conftest.py", "manage.py")

TIDY = ("tests/test_tidy.py", "tests/test_documents.py", "tests/test_repository.py")

CHECKS: dict[str, tuple[str, ...]] = {
    "format": (f"{TOOLS}/ruff", "format", "--check", *SOURCES),
    "lint": (f"{TOOLS}/ruff", "check", *SOURCES),
    # Fresh, not from the cache: the Django plugin can miss a changed model.
    "types": (f"{TOOLS}/mypy", "--no-incremental"),
    "import contracts": (f"{TOOLS}/lint-imports", "--no-cache"),
    "templates": (f"{TOOLS}/djlint", "--lint", "--quiet", "src"),
    "migrations": (PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run"),
    "texts": (PYTHON, "scripts/messages.py", "--check"),
    "tidy": (PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TIDY),
}


def run(name: str, command: tuple[str, ...]) -> bool:
    """Run one check; its output is shown only when it fails."""
    started = time.perf_counter()
    environment = {
        **os.environ,
        "PYTHONPATH": "src",
        "DJANGO_SETTINGS_MODULE": "nancheng.config.settings",
        "NANCHENG_DATA": str(ROOT / "build" / "check-data"),
    }
    # The migrations check compares models with files; it must not wait for a database server.
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    print(f"{'ok' if done.returncode == 0 else 'FAILED':<7}{name} ({seconds:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def main() -> None:
    """Run the checks, or those named on the command line."""
    names = sys.argv[1:] or list(CHECKS)
    failed = [name for name in names if not run(name, CHECKS[name])]
    if failed:
        sys.exit(f"make check: {len(failed)} of {len(names)} failed: {', '.join(failed)}")
    print(f"make check: all {len(names)} passed")


if __name__ == "__main__":
    main()
