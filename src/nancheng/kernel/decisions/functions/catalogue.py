"""All functions of the standard, by name."""

from __future__ import annotations

from collections.abc import Mapping

from nancheng.kernel.decisions.functions import (
    contexts,
    conversion,
    dates,
    intervals,
    lists,
    numeric,
    strings,
)
from nancheng.kernel.decisions.values import Builtin

BUILTINS: Mapping[str, Builtin] = {
    **numeric.FAMILY.builtins(),
    **strings.FAMILY.builtins(),
    **lists.FAMILY.builtins(),
    **dates.FAMILY.builtins(),
    **conversion.FAMILY.builtins(),
    **contexts.FAMILY.builtins(),
    **intervals.FAMILY.builtins(),
}
