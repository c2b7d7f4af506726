"""Functions of contexts (DMN 1.3 §10.3.4.8 and its later additions)."""

from __future__ import annotations

from collections.abc import Mapping

from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.functions.signatures import Family

FAMILY = Family()

Entries = Mapping[str, object]


@FAMILY.function("get value", "m: context, key: string", "context: context, key: string")
def get_value(budget: Budget, context: Entries, key: str) -> object:
    """The value of an entry, null when there is none."""
    del budget
    return context.get(key)


@FAMILY.function("get entries", "m: context", "context: context")
def get_entries(budget: Budget, context: Entries) -> object:
    """The entries as a list of contexts with key and value."""
    budget.grow(3 * len(context) + 1)
    return [{"key": key, "value": value} for key, value in context.items()]


@FAMILY.function("context", "entries: list")
def context_from(budget: Budget, entries: list[object]) -> object:
    """A context from a list of contexts with key and value; null when keys repeat."""
    budget.grow(len(entries) + 1)
    found: dict[str, object] = {}
    for entry in entries:
        if not isinstance(entry, Mapping) or not {"key", "value"} <= set(entry):
            return None
        key = entry["key"]
        if not isinstance(key, str) or key in found:
            return None
        found[key] = entry["value"]
    return found


@FAMILY.function("context put", "context: context, key: string, value: any")
def context_put(budget: Budget, context: Entries, key: str, value: object) -> object:
    """The context with one entry set."""
    budget.grow(len(context) + 1)
    return {**context, key: value}


@FAMILY.function("context put", "context: context, keys: list, value: any")
def context_put_deep(budget: Budget, context: Entries, keys: list[object], value: object) -> object:
    """The context with one entry set, reached through several keys."""
    if not keys or not isinstance(keys[0], str):
        return None
    budget.grow(len(context) + 1)
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0])
    budget.enter()
    made = context_put_deep(budget, inner, keys[1:], value) if isinstance(inner, Mapping) else None
    budget.leave()
    return None if made is None else {**context, keys[0]: made}


@FAMILY.function("context merge", "contexts: list")
def context_merge(budget: Budget, contexts: list[object]) -> object:
    """One context of the entries of all; the last of a name counts."""
    found: dict[str, object] = {}
    for context in contexts:
        if not isinstance(context, Mapping):
            return None
        budget.grow(len(context) + 1)
        found.update(context)
    return found
