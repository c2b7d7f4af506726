"""The site under load: whole lives of cases, and pages, through granian with two workers.

Usable alone: ``python -m bench.http`` measures the database that the environment names, which
``nancheng bench seed`` may have filled.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote, urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import stage
from bench.contenders import ROOT

PORT = int(os.environ.get("BENCH_PORT", "8765"))
WORKERS = 2
CLIENTS = 8
SECONDS = float(os.environ.get("BENCH_HTTP_SECONDS", "4"))
ROUNDS = 5
READS = 40
READERS = ("unit00-clerk", "unit00-head", "administrator")
BACKEND = "nancheng.foundation.people.backends.PasswordBackend"
KIB = 1024
COOKIE = re.compile(r"^set-cookie: *([^=\s]+)=([^;\r]*)", re.IGNORECASE | re.MULTILINE)
LENGTH = re.compile(r"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)


def _connection() -> socket.socket:
    return socket.create_connection(("127.0.0.1", PORT), timeout=60)


@dataclass
class Visitor:
    """A signed-in person with a connection kept open.

    The bare socket takes a fifth of the time of a client library, and the two cores are shared.
    """

    username: str
    cookies: dict[str, str] = field(default_factory=dict)
    connection: socket.socket = field(default_factory=_connection)

    def ask(self, method: str, path: str, **form: str) -> tuple[int, str]:
        """Send one request; return status and text."""
        body = urlencode(form).encode() if method == "POST" else b""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{PORT}", f"Cookie: {cookies}"]
        if method == "POST":
            lines += [
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
                f"X-CSRFToken: {self.cookies.get('csrftoken', '')}",
            ]
        request = "\r\n".join([*lines, "", ""]).encode() + body
        try:
            head, text = self._asked(request)
        except ConnectionError:
            if method == "POST":
                raise
            # A connection that stood idle was closed; what only reads is asked anew.
            self.connection = _connection()
            head, text = self._asked(request)
        for name, value in COOKIE.findall(head):
            self.cookies[name] = value
        # The page that a browser goes on to shows the words and takes the cookie away.
        self.cookies.pop("messages", None)
        return int(head.split(" ", 2)[1]), text

    def _asked(self, request: bytes) -> tuple[str, str]:
        """Send a request and read its answer: the head, and as much text as the head says."""
        self.connection.sendall(request)
        read = b""
        while b"\r\n\r\n" not in read:
            read += self._more()
        head, _, body = read.partition(b"\r\n\r\n")
        told = LENGTH.search(head.decode())
        length = int(told[1]) if told else 0
        while len(body) < length:
            body += self._more()
        return head.decode(), body.decode()

    def _more(self) -> bytes:
        read = self.connection.recv(65536)
        if not read:
            raise ConnectionError("the server closed the connection")
        return read

    def sign_in(self) -> Visitor:
        """Sign in; stop when that fails."""
        self.ask("GET", "/account/sign-in/")
        status, text = self.ask(
            "POST", "/account/sign-in/", username=self.username, password=stage.PASSWORD
        )
        assert status == 302, (self.username, status, text[:400])
        return self


Pair = tuple[Visitor, Visitor]


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


def nothing(clerk: Visitor, finance: Visitor) -> None:
    """Ask as often as a life does, for nothing: what a request costs before anything is done."""
    for who in (clerk, clerk, finance, finance):
        status, text = who.ask("GET", "/bench/nothing/")
        assert status == 204, (who.username, status, text[:400])


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something was done in a second by all clients, and at what CPU of the server."""

    a_second: float
    cpu_ms: float


def rate(job: Callable[[Visitor, Visitor], None], pairs: Sequence[Pair], *, server: int) -> Rate:
    """Do a job again and again, each pair of visitors at once with the others."""
    counts = [0] * len(pairs)
    began, cpu = time.perf_counter(), _cpu_s(server)

    def work(place: int) -> None:
        while time.perf_counter() < began + SECONDS:
            job(*pairs[place])
            counts[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(pairs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = sum(counts)
    span = time.perf_counter() - began
    return Rate(done / span, 1000 * (_cpu_s(server) - cpu) / done)


def _processes(server: int) -> list[str]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(server), "-p", str(server)],
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.split()


def _cpu_s(server: int) -> float:
    """Return the CPU seconds that a server's processes have used."""
    ticks = 0
    for process in _processes(server):
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        ticks += int(told[11]) + int(told[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def rounds(server: int) -> list[str]:
    """Return what lives and requests for nothing take, in interleaved rounds."""
    pairs = [
        (Visitor(f"unit{place:02d}-clerk").sign_in(), Visitor("finance").sign_in())
        for place in range(CLIENTS)
    ]
    told: dict[str, list[Rate]] = {}
    for _ in range(ROUNDS):
        for name, job in (("whole lives of a case", life), ("the requests alone", nothing)):
            told.setdefault(name, []).append(rate(job, pairs, server=server))
    return [
        f"| {name} | {median(each.a_second for each in rates):.0f}"
        f" [{min(each.a_second for each in rates):.0f}–{max(each.a_second for each in rates):.0f}]"
        f" | {median(each.cpu_ms for each in rates):.1f} [{min(r.cpu_ms for r in rates):.1f}] |"
        for name, rates in told.items()
    ]


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
    from nancheng.foundation.cases.models import Case

    case = Case.objects.filter(opened_by__person__username=READERS[0]).latest("pk")
    return (
        ("inbox", "/desk/"),
        ("case page", f"/cases/{case.number}/"),
        ("cases, first page", "/cases/"),
        ("search for a number", f"/cases/?q={case.number}"),
        ("search for a word that no case has", f"/cases/?q={quote('查无此词')}"),
    )


def statements(path: str) -> list[int]:
    """Return how many statements a page takes for each reader, asked in this process."""
    from nancheng.foundation.people.models import Person

    counts = []
    for reader in READERS:
        visitor = Client(headers={"host": "127.0.0.1"})
        visitor.force_login(Person.objects.get(username=reader), backend=BACKEND)
        visitor.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert visitor.get(path).status_code == 200, path
        counts.append(len(captured))
    return counts


def measured(say: Callable[[str], None] = print) -> list[str]:
    """Measure the database as it is; return the lines of a section."""
    from nancheng.foundation.cases.models import Case, Task

    total = Case.objects.count()
    lines = [
        f"### Over HTTP, {WORKERS} workers, {connection.vendor}, {total:,} cases,"
        f" {Task.objects.count():,} tasks",
        "",
    ]
    with site() as process:
        life(Visitor(READERS[0]).sign_in(), Visitor("finance").sign_in())
        lines += [
            f"| {CLIENTS} clients, {ROUNDS} rounds of {SECONDS:.0f} s | a second, median [min–max]"
            " | server's CPU ms each, median [min] |",
            "|---|---|---|",
            *rounds(process.pid),
        ]
        lines += [
            "",
            "| page, ms p50 / p95 (statements) | clerk | head | administrator |",
            "|---|---|---|---|",
        ]
        who = [Visitor(name).sign_in() for name in READERS]
        for name, path in pages():
            spans = zip([reads(visitor, path) for visitor in who], statements(path), strict=True)
            told = " | ".join(f"{p50:.0f} / {p95:.0f} ({asked})" for (p50, p95), asked in spans)
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
