"""All outcomes of one command, whatever the data say: every condition answers yes and no.

The same ``step`` that runs live cases is asked again and again with another list of answers until
all lists have been given. A collection has two elements, so that a joint signing is a joint one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import program as programs
from nancheng.kernel.process import step as steps
from nancheng.kernel.process.definition import Definition, TimerKind, TimerSpec
from nancheng.kernel.process.program import Expression, Program
from nancheng.kernel.process.state import State

# Any moment does: time is not explored, timers may fire at once.
AT = datetime(2000, 1, 1, tzinfo=UTC)
OUTCOMES_MAX = 256

_TIMES: Mapping[TimerKind, str] = {
    TimerKind.DATE: "2000-01-01",
    TimerKind.DURATION: "P1D",
    TimerKind.CYCLE: "R1/P1D",
}

Outcome = tuple[tuple[m.Event, ...], State]


@dataclass(slots=True)
class Oracle:
    """A list of yes and no; beyond its end it says yes, and remembers having been asked."""

    answers: list[bool] = field(default_factory=list)
    asked: int = 0

    def ask(self, _variables: Mapping[str, object]) -> bool:
        """Return the next answer."""
        if self.asked == len(self.answers):
            self.answers.append(True)
        self.asked += 1
        return self.answers[self.asked - 1]

    def turn(self) -> bool:
        """Go to the next list of answers; say whether there is one."""
        del self.answers[self.asked :]
        while self.answers and not self.answers[-1]:
            self.answers.pop()
        if not self.answers:
            return False
        self.answers[-1] = False
        self.asked = 0
        return True


def compiled(definition: Definition, oracle: Oracle) -> Program:
    """Compile a drawing so that its conditions ask the oracle."""
    values: dict[str, object] = {}
    for node in definition.nodes.values():
        if node.loop:
            values[node.loop.collection] = [1, 2]
        if node.event.key:
            values[node.event.key] = "key"
        for name in ("input", "output"):
            values[node.extra.get(name, "").removeprefix("=").strip()] = {}
        if node.event.timer:
            values[node.event.timer.text[1:]] = _TIMES[node.event.timer.kind]

    def expression(text: str) -> Expression:
        if text in values:
            return lambda _: values[text]
        return oracle.ask

    return programs.compile_definition(definition, expression)


def outcomes(
    program: Program, oracle: Oracle, state: State, command: m.Command
) -> Iterator[Outcome]:
    """Yield every outcome of a command, or one more than ``OUTCOMES_MAX`` when there are more."""
    oracle.answers.clear()
    oracle.asked = 0
    for _ in range(OUTCOMES_MAX + 1):
        yield steps.advance(program, state, command, due=_at_once)
        if not oracle.turn():
            return


def _at_once(_spec: TimerSpec, at: datetime) -> datetime:
    return at
