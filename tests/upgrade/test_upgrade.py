"""What the code before the last change of tables left is brought up to date and lives on."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests import scratch, tree

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
# Another commit to upgrade from, since migrations were joined: NANCHENG_UPGRADE_FROM=abc1234
FROM = "NANCHENG_UPGRADE_FROM"


def git(*arguments: str) -> bytes:
    """Ask git; no answer means that there is no history."""
    run = subprocess.run(["git", *arguments], cwd=tree.ROOT, capture_output=True, check=False)
    if run.returncode:
        pytest.skip("no history of this repository to upgrade from (a clone with depth has it)")
    return run.stdout


def earlier_code(folder: Path) -> str:
    """Unpack the code as it was before migrations changed last; return the commit."""
    commit = os.environ.get(FROM) or ""
    if not commit:
        changed = git("log", "-1", "--format=%H", "--", ":(glob)src/**/migrations/*.py")
        commit = git("rev-parse", f"{changed.decode().strip()}^").decode().strip()
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit, "src"))) as packed:
        packed.extractall(folder, filter="data")
    return commit


@contextmanager
def blank(data: Path) -> Iterator[str]:
    """Yield what ``DATABASE_URL`` says of a database without tables, of the kind of this pass."""
    if connection.vendor == "sqlite":
        yield ""
        return
    with scratch.blank(os.environ["DATABASE_URL"]) as url:
        yield url


def run(program: str, source: Path, *, data: Path, url: str) -> str:
    """Run a program with the code of one version."""
    paths = [source, HERE, tree.ROOT]
    done = subprocess.run(
        [sys.executable, str(HERE / program)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "NANCHENG_DATA": str(data),
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "upgrade_settings",
        },
        cwd=data,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_database_of_earlier_code_is_brought_up_to_date(tmp_path: Path) -> None:
    code, data = tmp_path / "code", tmp_path / "data"
    data.mkdir()
    commit = earlier_code(code)
    with blank(data) as url:
        run("before.py", code / "src", data=data, url=url)
        said = run("after.py", tree.ROOT / "src", data=data, url=url)
    assert json.loads(said.splitlines()[-1]) == [], f"upgraded from {commit}"
