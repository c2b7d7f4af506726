"""Writes the bundle that an auditor verifies without us: ``bundle/verify.py`` goes with it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from nancheng.foundation.audit import queries, rules, snapshots, trees
from nancheng.foundation.audit.models import DailyRoot, SealedHead
from nancheng.foundation.audit.rules import History
from nancheng.foundation.cases import chain
from nancheng.foundation.cases.models import Case, DecisionVersion, ProcessVersion
from nancheng.foundation.journal import queries as journal
from nancheng.kernel.refusal import Refused

FORMAT = "nancheng-audit-1"
TEMPLATE = Path(__file__).parent / "bundle"
COPIED = ("verify.py", "README.txt")


@dataclass(frozen=True, slots=True)
class Scope:
    """What to hand over: one case, those that moved in a period, or everything."""

    case: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_whole(self) -> bool:
        """Say whether everything is asked for."""
        return not self.case and self.since is None and self.until is None

    def cases(self) -> QuerySet[Case]:
        """Return the cases in scope. Raises ``Refused`` if the one asked for is not there."""
        found = queries.touched(since=self.since, until=self.until)
        if not self.case:
            return found
        found = found.filter(number=self.case)
        if not found.exists():
            raise Refused("audit.no-such-case", number=self.case)
        return found


def write(target: Path, *, scope: Scope, at: datetime, by: str) -> int:
    """Write the bundle into a new folder, or one file if the name ends in ".zip".

    Returns how many cases are in it. Whole or not there at all. Raises ``Refused``
    "audit.target-exists" and "audit.no-such-case".
    """
    if target.exists():
        raise Refused("audit.target-exists", target=str(target))
    making = target.with_name(f".{target.name}.partial")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        with snapshots.snapshot():
            count = _fill(making, scope)
        _close(making, scope, at, by)
        if target.suffix == ".zip":
            _zip(making, target)
        else:
            making.rename(target)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return count


def _fill(folder: Path, scope: Scope) -> int:
    cases = scope.cases()
    heads: list[tuple[str, int, str]] = []
    with (folder / "events.jsonl").open("w", encoding="utf-8", newline="\n") as out:
        for history in queries.histories(cases):
            out.writelines(_events(history))
            heads.append((history.number, history.last_seq, history.head))
    names = ("case", "seq", "head")
    _write(folder / "cases.jsonl", (dict(zip(names, head, strict=True)) for head in heads))
    _write(folder / "roots.jsonl", _roots())
    _write(folder / "definitions.jsonl", _definitions(cases, scope))
    if scope.is_whole:
        _write(folder / "leaves.jsonl", _leaves())
        _write(folder / "transfers.jsonl", _transfers())
        _write(folder / "journal.jsonl", _journal())
    else:
        _write(folder / "proofs.jsonl", _proofs(number for number, _, _ in heads))
    return len(heads)


def _events(history: History) -> Iterator[str]:
    for line in history.lines:
        covered = {name: getattr(line.entry, name) for name in chain.COVERED}
        yield _json({**covered, "at": chain.moment(line.entry.at), "hash": line.hash})


def _roots() -> Iterator[Mapping[str, Any]]:
    for root in DailyRoot.objects.order_by("number").iterator():
        yield {**asdict(queries.sealed(root)), "root": root.root}


def _leaves() -> Iterator[Mapping[str, Any]]:
    for root in DailyRoot.objects.order_by("number").iterator():
        for leaf in queries.leaves(root):
            yield {"root": root.number, **asdict(leaf)}


def _transfers() -> Iterator[Mapping[str, Any]]:
    link = ""
    for identity, money in queries.transfers(after=0, upto=1 << 62):
        link = rules.money_link(link, money)
        yield {"id": identity, **asdict(money), "hash": link}


def _journal() -> Iterator[Mapping[str, Any]]:
    for line, link in journal.lines():
        yield {**asdict(line), "at": chain.moment(line.at), "hash": link}


def _proofs(numbers: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Yield, for each case, the path from its newest sealed event to the root that seals it."""
    by_root: dict[int, list[str]] = {}
    for number in numbers:
        heads = SealedHead.objects.filter(case_number=number).order_by("-seq")
        root_id = heads.values_list("root_id", flat=True).first()
        if root_id is not None:
            by_root.setdefault(root_id, []).append(number)
    for root in DailyRoot.objects.filter(pk__in=by_root).order_by("number"):
        leaves = list(queries.leaves(root))
        hashes = [leaf.hash for leaf in leaves]
        places = {leaf.case: place for place, leaf in enumerate(leaves)}
        for number in by_root[root.pk]:
            place = places[number]
            path = trees.path(hashes, place)
            yield {"root": root.number, **asdict(leaves[place]), "path": path}


def _definitions(cases: QuerySet[Case], scope: Scope) -> Iterator[Mapping[str, Any]]:
    drawings = ProcessVersion.objects.order_by("key", "version")
    if not scope.is_whole:
        drawings = drawings.filter(pk__in=cases.values("process_id"))
    for kind, rows in (
        ("process", drawings),
        ("decision", DecisionVersion.objects.order_by("key", "version")),
    ):
        for key, version, digest in rows.values_list("key", "version", "hash"):
            yield {"kind": kind, "key": key, "version": version, "sha256": digest}


def _close(folder: Path, scope: Scope, at: datetime, by: str) -> None:
    for name in COPIED:
        shutil.copyfile(TEMPLATE / name, folder / name)
    manifest = {
        "format": FORMAT,
        "made_at": chain.moment(at),
        "made_by": by,
        "scope": {
            "case": scope.case,
            "from": scope.since.isoformat() if scope.since else "",
            "to": scope.until.isoformat() if scope.until else "",
        },
        "files": {each.name: _digest(each) for each in sorted(folder.iterdir())},
    }
    body = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / "manifest.json").write_text(body, encoding="utf-8", newline="\n")
    digest = hashlib.sha256(body.encode()).hexdigest()
    (folder / "manifest.sha256").write_text(digest + "\n", encoding="utf-8", newline="\n")


def _zip(folder: Path, target: Path) -> None:
    making = target.with_name(f".{target.name}.partial.zip")
    try:
        with zipfile.ZipFile(making, "w", zipfile.ZIP_DEFLATED) as package:
            for each in sorted(folder.iterdir()):
                package.write(each, f"{target.stem}/{each.name}")
        os.replace(making, target)
    finally:
        making.unlink(missing_ok=True)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _write(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(_json(row) for row in rows)


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"
