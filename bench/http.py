"""The site under load: whole lives of cases, and pages, through granian with two workers.

Usable alone: ``python -m bench.http`` measures the database that the environment names, which
``nancheng bench seed`` may have filled.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from urllib.parse import urlencode

from bench import stage
from bench.contenders import ROOT

PORT = int(os.environ.get("BENCH_PORT", "8765"))
WORKERS = 2
CLIENTS = 8
SECONDS = float(os.environ.get("BENCH_HTTP_SECONDS", "10"))
READS = 40
KIB = 1024


@dataclass
class Visitor:
    """A signed-in person with a connection kept open."""

    username: str
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection = field(
        default_factory=lambda: http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    )

    def ask(self, method: str, path: str, **form: str) -> tuple[int, str]:
        """Send one request; return status and text."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRFToken"] = self.cookies.get("csrftoken", "")
            body = urlencode(form)
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        # The page that a browser goes on to shows the words and takes the cookie away.
        self.cookies.pop("messages", None)
        return answer.status, text

    def sign_in(self) -> Visitor:
        """Sign in; stop when that fails."""
        self.ask("GET", "/account/sign-in/")
        status, text = self.ask(
            "POST", "/account/sign-in/", username=self.username, password=stage.PASSWORD
        )
        assert status == 302, (self.username, status, text[:400])
        return self


def life(clerk: Visitor, finance: Visitor) -> None:
    """Open a case, act, act; it is closed then. Three transactions."""
    status, text = clerk.ask("POST", "/bench/open/", key=uuid.uuid4().hex)
    assert status == 200, (status, text[:400])
    opened = json.loads(text)
    _act(clerk, opened["task"])
    status, text = finance.ask("GET", f"/bench/waiting/{opened['number']}/")
    assert status == 200, (status, text[:400])
    _act(finance, json.loads(text)["task"])


def _act(who: Visitor, task: int) -> None:
    form = {"decision": "agree", "opinion": "同意", "key": uuid.uuid4().hex}
    status, text = who.ask("POST", f"/tasks/{task}/complete/", **form)
    assert status == 302, (who.username, status, text[:400])


def lives() -> tuple[float, int]:
    """Return whole lives a second, by several clients at once, and how many there were."""
    counts = [0] * CLIENTS
    pairs = [
        (Visitor(f"unit{place:02d}-clerk").sign_in(), Visitor("finance").sign_in())
        for place in range(CLIENTS)
    ]
    began = time.perf_counter()

    def work(place: int) -> None:
        while time.perf_counter() < began + SECONDS:
            life(*pairs[place])
            counts[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began), sum(counts)


def reads(visitor: Visitor, path: str) -> tuple[float, float]:
    """Return the median and the 95th percentile of one page, in milliseconds."""
    spans = []
    for _ in range(READS):
        began = time.perf_counter()
        status, text = visitor.ask("GET", path)
        spans.append(1000 * (time.perf_counter() - began))
        assert status == 200, (path, status, text[:400])
    return median(spans), quantiles(spans, n=20)[-1]


@contextmanager
def site() -> Iterator[subprocess.Popen[bytes]]:
    """Serve the measured site; end it afterwards."""
    from nancheng.config import serving

    command = serving.web(host="127.0.0.1", port=PORT, workers=WORKERS)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        for _ in range(200):
            try:
                Visitor("nobody").ask("GET", "/account/sign-in/")
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def memory_mib(process: subprocess.Popen[bytes]) -> list[float]:
    """Return the resident memory of the server's processes, in MiB."""
    listed = subprocess.run(
        ["ps", "-o", "rss=", "--ppid", str(process.pid), "-p", str(process.pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return sorted((int(one) / KIB for one in listed.stdout.split()), reverse=True)


def pages() -> Sequence[tuple[str, str]]:
    """Return what is read: name and address."""
    return (
        ("inbox", "/desk/"),
        ("cases, first page", "/cases/"),
        ("search for a number", "/cases/?q=BM-2026-1000077"),
    )


def measured(say: Callable[[str], None] = print) -> list[str]:
    """Measure the database as it is; return the lines of a section."""
    from nancheng.foundation.cases.models import Case, Task

    total = Case.objects.count()
    lines = [
        f"### Over HTTP, {WORKERS} workers, {total:,} cases, {Task.objects.count():,} tasks",
        "",
    ]
    with site() as process:
        life(Visitor("unit00-clerk").sign_in(), Visitor("finance").sign_in())
        rate, count = lives()
        lines.append(
            f"Whole lives of a case (open, act, act) by {CLIENTS} clients:"
            f" **{rate:.1f}/s** ({count} lives)."
        )
        lines += ["", "| page, ms p50 / p95 | clerk | head | administrator |", "|---|---|---|---|"]
        who = [Visitor(name).sign_in() for name in ("unit00-clerk", "unit00-head", "administrator")]
        for name, path in pages():
            spans = [reads(visitor, path) for visitor in who]
            told = " | ".join(f"{p50:.0f} / {p95:.0f}" for p50, p95 in spans)
            lines.append(f"| {name} | {told} |")
            say(lines[-1])
        sizes = ", ".join(f"{size:.0f}" for size in memory_mib(process))
        lines += ["", f"Resident memory of the server's processes, MiB: {sizes}.", ""]
    return lines


def main() -> None:
    """Measure what the environment names."""
    stage.start()
    stage.units()
    print("\n".join(measured(say=lambda line: print(line, file=sys.stderr))))


if __name__ == "__main__":
    main()
