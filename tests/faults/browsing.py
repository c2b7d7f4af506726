"""A person's browser, as little of it as a form needs; it can hang up before the answer."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlencode

TOKEN = "t" * 32
# Long: it is no fault that a crowded machine lets fifty people wait.
TIMEOUT_S = 180


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0 if nothing did."""

    status: int
    text: str = ""
    location: str = ""
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Browser:
    """A signed-in person at a site."""

    port: int
    session: str

    def get(self, address: str) -> Answer:
        """Open a page."""
        return self._ask("GET", address, None)

    def complete(self, task_id: int, *, key: str, opinion: str = "办理") -> Answer:
        """Send the form of a task."""
        return self._ask("POST", f"/tasks/{task_id}/complete/", _form(key, opinion))

    def complete_and_hang_up(self, task_id: int, *, key: str) -> None:
        """Send the form of a task and go before the answer comes."""
        connection = self._connection()
        body = _form(key, "办理")
        _send(connection, self.session, "POST", f"/tasks/{task_id}/complete/", body)
        connection.close()

    def _ask(self, method: str, address: str, body: str | None) -> Answer:
        connection = self._connection()
        try:
            _send(connection, self.session, method, address, body)
            with connection.getresponse() as response:
                text = response.read().decode()
                headers = response.headers
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            connection.close()
        return Answer(
            response.status, text, headers.get("Location", ""), headers.get("Retry-After", "")
        )

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)


def _send(
    connection: http.client.HTTPConnection,
    session: str,
    method: str,
    address: str,
    body: str | None,
) -> None:
    headers = {
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request(method, address, body=body, headers=headers)


def _form(key: str, opinion: str) -> str:
    fields = {"decision": "agree", "opinion": opinion, "key": key, "csrfmiddlewaretoken": TOKEN}
    return urlencode(fields)
