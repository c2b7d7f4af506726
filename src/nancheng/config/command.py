"""The ``nancheng`` command: prepare, show, serve, work, publish."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import django

from nancheng.config import auditing, importing, simulating, verifying, versions

Run = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nancheng.config.settings")
    given = _parser().parse_args(arguments)
    django.setup()
    run: Run = given.run
    try:
        return run(given)
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nancheng", description="The Nancheng platform.")
    commands = parser.add_subparsers(required=True, metavar="command")
    demo = _add(commands, "demo", _demo, "prepare the demonstration and serve it")
    demo.add_argument("--no-serve", action="store_true", help="prepare only")
    _address(demo)
    _address(_add(commands, "serve", _serve, "run web and jobs together on this machine"))
    work = _add(commands, "work", _work, "run the jobs alone")
    work.add_argument("--once", action="store_true", help="one sweep, then end")
    _add(commands, "deploy", _deploy, "publish drawings, decision tables, calendars, parameters")
    verifying.arguments(_add(commands, "verify", _verify, "judge drawings and decision tables"))
    auditing.arguments(_add(commands, "audit", _audit, "verify, seal or export the history"))
    simulating.arguments(_add(commands, "simulate", _simulate, "run many cases of a drawing"))
    versions.arguments(_add(commands, "migrate", _migrate, "move running cases to a version"))
    importing.arguments(_add(commands, "import", _import, "load a calendar notice"))
    for name, run, text in (
        ("backup", _backup, "write everything as it stands into one file, beside people at work"),
        ("restore", _restore, "put a backup into an empty installation, of either database"),
    ):
        _add(commands, name, run, text).add_argument("file", type=Path)
    _add(commands, "check", _check, "say whether the installation is healthy")
    bench = _add(commands, "bench", _bench, "fill a database with many cases, or measure one")
    bench.add_argument("what", choices=("seed", "http"))
    bench.add_argument("--cases", type=int, default=100_000, help="seed: up to so many cases")
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: Run, text: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    return command


def _address(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    command.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))


def _demo(given: argparse.Namespace) -> int:
    from nancheng.config import demonstration

    demonstration.prepare(say=_say)
    for line in demonstration.directions(f"http://{given.host}:{given.port}/"):
        _say(line)
    return 0 if given.no_serve else _serve(given)


def _serve(given: argparse.Namespace) -> int:
    from nancheng.config import serving

    return serving.serve(host=given.host, port=given.port, workers=given.workers, say=_say)


def _work(given: argparse.Namespace) -> int:
    from nancheng.config import serving

    return serving.work(once=given.once, say=_say)


def _deploy(_given: argparse.Namespace) -> int:
    from django.utils import timezone

    from nancheng.foundation.cases import publishing
    from nancheng.foundation.web import refusals
    from nancheng.kernel.refusal import Refused

    try:
        for one in publishing.deploy(by="nancheng deploy", at=timezone.now()):
            _say(f"{one.key} v{one.version} {'published' if one.is_new else 'unchanged'}")
            for warning in one.warnings:
                _say(f"  {warning}")
    except Refused as refused:
        _say(refusals.text(refused))
        return 1
    return 0


def _verify(given: argparse.Namespace) -> int:
    return verifying.run(given, say=_say)


def _audit(given: argparse.Namespace) -> int:
    return auditing.run(given, say=_say)


def _simulate(given: argparse.Namespace) -> int:
    return simulating.run(given, say=_say)


def _bench(given: argparse.Namespace) -> int:
    from nancheng.config import settings

    tree = settings.ROOT
    if not (tree / "bench").is_dir():
        _say("bench measures the source tree; it is not among what is installed")
        return 1
    arguments = [str(given.cases)] if given.what == "seed" else []
    paths = os.pathsep.join([str(tree / "src"), str(tree)])
    # A process of its own: it runs on settings that bind the measured kinds of case in.
    return subprocess.run(
        [sys.executable, "-m", f"bench.{given.what}", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "bench.settings"},
        check=False,
    ).returncode


def _migrate(given: argparse.Namespace) -> int:
    return versions.migrate(given, say=_say)


def _import(given: argparse.Namespace) -> int:
    return importing.run(given, say=_say)


def _backup(given: argparse.Namespace) -> int:
    from nancheng.config import backing_up

    return backing_up.backup(given.file, say=_say)


def _restore(given: argparse.Namespace) -> int:
    from nancheng.config import backing_up

    return backing_up.restore(given.file, say=_say)


def _check(_given: argparse.Namespace) -> int:
    from nancheng.config import health

    findings = health.findings()
    for finding in findings:
        _say(f"{'ok  ' if finding.is_well else 'FAIL'} {finding.subject}: {finding.detail}")
    return 0 if all(finding.is_well for finding in findings) else 1


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
