"""Published drawings and decision models, compiled once per version and process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from nancheng.foundation.cases.models import DecisionVersion, ProcessVersion
from nancheng.kernel.decisions import dmn, feel
from nancheng.kernel.process import bpmn
from nancheng.kernel.process.definition import Definition
from nancheng.kernel.process.program import Program, compile_definition


@lru_cache(maxsize=256)
def program(process_id: int) -> Program:
    """Return the compiled program of a published version; versions never change."""
    return compile_definition(definition(process_id), feel.compile_expression)


@lru_cache(maxsize=256)
def definition(process_id: int) -> Definition:
    """Return the drawing of a published version as values."""
    return bpmn.read(bytes(ProcessVersion.objects.values_list("xml", flat=True).get(pk=process_id)))


def decide(key: str, context: Mapping[str, object]) -> tuple[Any, tuple[int, ...]]:
    """Evaluate the newest version of a decision; return its value and the rows that decided."""
    newest = (
        DecisionVersion.objects.filter(key=key).order_by("-version").values_list("id", flat=True)
    )
    outcome = _model(newest[0]).evaluate(key, context)
    return outcome.value, outcome.rows


@lru_cache(maxsize=256)
def _model(version_id: int) -> Any:
    return dmn.read(bytes(DecisionVersion.objects.values_list("xml", flat=True).get(pk=version_id)))


def forget() -> None:
    """Empty the caches; for tests, whose databases reuse ids."""
    for cached in (program, definition, _model):
        cached.cache_clear()
