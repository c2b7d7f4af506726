"""Which departments may take part in a concern, purely."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from nancheng.kernel.refusal import Refused

# Our choice: more co-units than this is a meeting, not a circulation.
CO_UNITS_MAX = 12


def faults(*, own: str, lead: str, co_units: Collection[str]) -> Iterator[Refused]:
    """Yield what is wrong with the departments somebody chose, each beside its field."""
    if lead == own:
        yield Refused("concerns.lead-is-oneself", field="lead")
    if lead in co_units:
        yield Refused("concerns.lead-among-co-units", field="co_units")
    if own in co_units:
        yield Refused("concerns.oneself-among-co-units", field="co_units")
    if len(co_units) > CO_UNITS_MAX:
        yield Refused("concerns.too-many-co-units", field="co_units", most=CO_UNITS_MAX)
