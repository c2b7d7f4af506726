"""The routes as values: what each one needs, takes and gives; nothing is reached without one."""

from __future__ import annotations

import re
from dataclasses import dataclass

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address.

    ``verb`` is the word a token must pass on; ``is_granted`` says that it is also a grant of the
    identity's duty (work lists and tasks are one's own by post, not by grant). ``path`` is the
    address below the API with its parameters in braces.
    """

    method: str
    path: str
    verb: str
    name: str = ""
    is_granted: bool = True
    produces: str = JSON
    consumes: str = ""

    @property
    def writes(self) -> bool:
        """Say whether it changes anything; such a call carries an idempotency key."""
        return self.method != "GET"

    @property
    def address(self) -> str:
        """Return the whole address, with parameters in braces."""
        return ROOT + self.path

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names of the parameters in the address."""
        return tuple(re.findall(r"{(\w+)}", self.path))


ROOT = "/api/v1"
_routes: list[Route] = []


def add(route: Route) -> Route:
    """Keep a route as it is declared."""
    assert not any((one.method, one.path) == (route.method, route.path) for one in _routes), route
    _routes.append(route)
    return route


def declared() -> tuple[Route, ...]:
    """Return the routes declared so far, by address and method; ``assembly`` declares them all."""
    return tuple(sorted(_routes, key=lambda one: (one.path, one.method)))
