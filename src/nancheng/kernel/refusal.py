"""How a rule says no: understood, not allowed, and nothing has changed."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """A request that was understood and is not allowed; the figures say why.

    ``code`` names the rule ("funds.beyond-arrived"); it is the key of the translated message.
    ``figures`` fill that message's placeholders; ``field`` names the form field to blame, if any.
    """

    def __init__(self, code: str, *, field: str = "", **figures: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.figures: Mapping[str, object] = figures

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.figures.items())
        return f"{self.code} ({shown})" if shown else self.code
