"""Verifies this bundle. Needs Python 3.8 or newer and nothing else: ``python -I verify.py``.

``--root HASH`` also asks for a root that was noted elsewhere (on paper, by mail): it must be among
those of the bundle. Exit code 0: whole; 1: the lines that begin with FAIL say what differs, the
first bad row first.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple  # noqa: UP035 - Python 3.8

EVENT = ("case", "seq", "at", "kind", "node", "item", "actor", "label", "payload")
ROOT = ["before", "number", "day", "sealed_at", "leaves", "tree", "cases", "events"]
ROOT += ["transfers", "transfers_to", "posted_fen", "ledger"]
JOURNAL = ["journal_to", "journal"]
LOG = ("seq", "at", "kind", "person_id", "label", "subject", "detail", "address")
TRANSFER = ["key", "phase", "debit", "credit", "amount_fen", "expires_at", "reservation"]
TRANSFER += ["reverses", "case", "reason", "booked_on", "at", "by"]
LEAF = ("case", "since", "seq", "head")
SHOWN_MAX = 50
Row = Dict[str, Any]  # noqa: UP006
Heads = Dict[Any, Dict[Any, Any]]  # noqa: UP006
Levels = List[Tuple[int, str]]  # noqa: UP006


class Bundle:
    """The folder of the bundle and the faults found in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults = 0

    def fail(self, text: str) -> None:
        """Say what differs."""
        self.faults += 1
        if self.faults <= SHOWN_MAX:
            print("FAIL " + text)

    def rows(self, name: str, fields: Sequence[str]) -> Iterator[tuple[str, Row]]:
        """Yield (where, row) for each line of a file; a line that cannot be read is a fault."""
        try:
            with (self.folder / name).open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    where = f"{name} line {number}"
                    try:
                        row = json.loads(line.decode("utf-8"))
                        values = {field: row[field] for field in fields}
                    except (ValueError, KeyError, TypeError) as error:
                        self.fail(f"{where} cannot be read: {error!r}")
                        continue
                    yield where, values
        except OSError as error:
            self.fail(f"{name} cannot be read: {error}")


def main() -> int:
    """Verify the bundle; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default="", help="a root noted elsewhere")
    parser.add_argument("folder", nargs="?", default=str(Path(__file__).resolve().parent))
    given = parser.parse_args()
    bundle = Bundle(Path(given.folder))
    manifest = read_manifest(bundle)
    heads, events = check_events(bundle)
    roots = check_roots(bundle)
    if given.root and given.root not in {root["root"] for root in roots}:
        bundle.fail(f"root {given.root} is not among those of the bundle")
    if "leaves.jsonl" in manifest:
        check_leaves(bundle, roots, heads)
        check_transfers(bundle, roots)
        check_journal(bundle, roots)
    if "proofs.jsonl" in manifest:
        check_proofs(bundle, roots, heads)
    check_files(bundle, manifest)
    newest = roots[-1]["root"] if roots else "none"
    print(f"{len(heads)} cases, {events} events, newest root {newest}")
    print(f"{bundle.faults} faults" if bundle.faults else "the bundle is whole")
    return 1 if bundle.faults else 0


def read_manifest(bundle: Bundle) -> dict[str, str]:
    """Return the files that the manifest lists, by name."""
    try:
        body = (bundle.folder / "manifest.json").read_bytes()
        said = (bundle.folder / "manifest.sha256").read_bytes()
        if said != (hashlib.sha256(body).hexdigest() + "\n").encode():
            bundle.fail("manifest.json is not what manifest.sha256 says")
        return dict(json.loads(body.decode("utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        bundle.fail(f"manifest.json cannot be read: {error!r}")
        return {}


def check_files(bundle: Bundle, manifest: dict[str, str]) -> None:
    """Compare every file with its checksum."""
    for name, said in sorted(manifest.items()):
        digest = hashlib.sha256()
        try:
            with (bundle.folder / name).open("rb") as content:
                for part in iter(lambda: content.read(1 << 20), b""):
                    digest.update(part)
        except OSError as error:
            bundle.fail(f"{name} cannot be read: {error}")
            continue
        if digest.hexdigest() != said:
            bundle.fail(f"{name} is not what the manifest says")


def check_events(bundle: Bundle) -> tuple[Heads, int]:
    """Follow every chain; return {case: {seq: hash}} of the events and how many there are."""
    heads: Heads = {}
    count, case, before, expected = 0, None, "", 1
    for where, row in bundle.rows("events.jsonl", (*EVENT, "hash")):
        name = event_name(where, row)
        if row["case"] != case:
            if row["case"] in heads:
                bundle.fail(name + ": not beside its case")
            case, before, expected = row["case"], "", 1
        if row["seq"] != expected:
            bundle.fail(f"{name}: #{expected} is missing before it")
        elif linked(before, [row[field] for field in EVENT]) != row["hash"]:
            bundle.fail(name + ": changed")
        before = row["hash"]
        expected = row["seq"] + 1 if isinstance(row["seq"], int) else expected + 1
        heads.setdefault(case, {})[row["seq"]] = row["hash"]
        count += 1
    check_newest(bundle, heads)
    return heads, count


def check_newest(bundle: Bundle, heads: Heads) -> None:
    """Compare the end of every chain with the newest event that the case names."""
    newest = {row["case"]: row for _, row in bundle.rows("cases.jsonl", ("case", "seq", "head"))}
    for number, row in newest.items():
        if heads.get(number, {}).get(row["seq"]) != row["head"]:
            bundle.fail(f"{number} #{row['seq']}: the newest event is missing or another")
        elif len(heads[number]) != row["seq"]:
            bundle.fail(f"{number}: more events than the case has")
    for number in heads:
        if number not in newest:
            bundle.fail(f"{number}: has events but is not in cases.jsonl")


def check_roots(bundle: Bundle) -> list[Row]:
    """Follow the chain of roots; return them in their order."""
    roots: list[Row] = []
    before = ""
    for where, root in bundle.rows("roots.jsonl", (*ROOT, *JOURNAL, "root")):
        if root["number"] != len(roots) + 1:
            bundle.fail(f"{where}: root {len(roots) + 1} is missing")
        # Roots that seal no line of the operations log are hashed without it.
        covered = [root[field] for field in (ROOT + JOURNAL if root["journal_to"] else ROOT)]
        if root["before"] != before or hashed(covered) != root["root"]:
            bundle.fail(f"{where}: root {root['number']}: changed")
        before = root["root"]
        roots.append(root)
    return roots


def check_leaves(bundle: Bundle, roots: list[Row], heads: Heads) -> None:
    """Grow the tree under each root from its leaves, and find each leaf's event."""
    grown: dict[Any, tuple[Levels, list[int]]] = {}
    for where, row in bundle.rows("leaves.jsonl", ("root", *LEAF)):
        if heads.get(row["case"], {}).get(row["seq"]) != row["head"]:
            name = event_name(where, row)
            bundle.fail(name + ": sealed, but missing or another in events.jsonl")
        levels, counts = grown.setdefault(row["root"], ([], [0, 0, 0]))
        put(levels, leaf_hash(row))
        counts[0] += 1
        counts[1] += row["since"] == 0
        counts[2] += row["seq"] - row["since"] if isinstance(row["since"], int) else 0
    cases = events = 0
    for root in roots:
        levels, counts = grown.pop(root["number"], ([], [0, 0, 0]))
        cases, events = cases + counts[1], events + counts[2]
        made = (top(levels), counts[0], cases, events)
        if made != (root["tree"], root["leaves"], root["cases"], root["events"]):
            bundle.fail(f"root {root['number']}: does not fit its leaves")
        cases, events = root["cases"], root["events"]
    for number in grown:
        bundle.fail(f"leaves.jsonl: there is no root {number}")


def check_proofs(bundle: Bundle, roots: list[Row], heads: Heads) -> None:
    """Climb from each case's sealed event to the root that seals it."""
    trees = {root["number"]: root["tree"] for root in roots}
    for where, row in bundle.rows("proofs.jsonl", ("root", *LEAF, "path")):
        name = event_name(where, row)
        if heads.get(row["case"], {}).get(row["seq"]) != row["head"]:
            bundle.fail(name + ": sealed, but missing or another in events.jsonl")
        try:
            reached = leaf_hash(row)
            for side, other in row["path"]:
                reached = joint(reached, other) if side == "right" else joint(other, reached)
        except (ValueError, TypeError):
            reached = ""
        if reached != trees.get(row["root"]):
            bundle.fail(f"{name}: does not lead to root {row['root']}")


def check_transfers(bundle: Bundle, roots: list[Row]) -> None:
    """Follow the chain of transfers and compare it with the ledger of each root."""
    waiting = list(roots)
    link, count, posted, last = "", 0, 0, 0
    for where, row in bundle.rows("transfers.jsonl", ("id", *TRANSFER, "hash")):
        while waiting and isinstance(row["id"], int) and row["id"] > waiting[0]["transfers_to"]:
            compare_ledger(bundle, waiting.pop(0), (count, last, posted, link))
        link = linked(link, [row[field] for field in TRANSFER])
        if link != row["hash"]:
            bundle.fail(f"{where}: transfer {row['key']}: changed")
            link = row["hash"]
        count, last = count + 1, row["id"]
        posted += row["amount_fen"] if row["phase"] == "posted" else 0
    for root in waiting:
        compare_ledger(bundle, root, (count, last, posted, link))


def compare_ledger(bundle: Bundle, root: Row, made: tuple[Any, ...]) -> None:
    """Compare the transfers so far with those a root covers."""
    if made != (root["transfers"], root["transfers_to"], root["posted_fen"], root["ledger"]):
        bundle.fail(f"root {root['number']}: does not fit its transfers")


def check_journal(bundle: Bundle, roots: list[Row]) -> None:
    """Follow the operations log and compare it with what each root seals of it."""
    links: dict[Any, str] = {0: ""}
    before, expected = "", 1
    for where, row in bundle.rows("journal.jsonl", (*LOG, "hash")):
        name = f"{where}: log #{row['seq']}"
        if row["seq"] != expected:
            bundle.fail(f"{name}: #{expected} is missing before it")
        elif linked(before, [row[field] for field in LOG]) != row["hash"]:
            bundle.fail(name + ": changed")
        before = links[row["seq"]] = row["hash"]
        expected = row["seq"] + 1 if isinstance(row["seq"], int) else expected + 1
    for root in roots:
        if links.get(root["journal_to"]) != root["journal"]:
            bundle.fail(f"root {root['number']}: does not fit the operations log")


def event_name(where: str, row: Row) -> str:
    """Return how a row about an event is called."""
    return f"{where}: {row['case']} #{row['seq']}"


def linked(before: str, values: list[Any]) -> str:
    """Return the hash of a row that follows the hash before."""
    return hashed([before, *values])


def hashed(values: list[Any]) -> str:
    """Return the hash of a list in its one spelling."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def leaf_hash(row: Row) -> str:
    """Return the hash of a leaf."""
    text = json.dumps([row[field] for field in LEAF], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(b"\x00" + text.encode("utf-8", "surrogatepass")).hexdigest()


def joint(left: str, right: str) -> str:
    """Return the hash over two hashes."""
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def put(levels: Levels, leaf: str) -> None:
    """Add a leaf to a growing tree, which keeps one hash a level."""
    height, joined = 0, leaf
    while levels and levels[-1][0] == height:
        joined = joint(levels.pop()[1], joined)
        height += 1
    levels.append((height, joined))


def top(levels: Levels) -> str:
    """Return the hash of a grown tree."""
    if not levels:
        return ""
    joined = levels[-1][1]
    for _, left in reversed(levels[:-1]):
        joined = joint(left, joined)
    return joined


if __name__ == "__main__":
    sys.exit(main())
