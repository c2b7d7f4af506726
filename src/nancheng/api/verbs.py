"""Verbs as values: a table says what each one needs, asks and does; one view serves them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from inspect import Parameter, Signature
from types import MappingProxyType
from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import BaseModel

from nancheng.api import declaring, once, problems
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.shapes import Given, Moment, Reason
from nancheng.kernel.refusal import Refused

NO_NAMES: Mapping[str, str] = MappingProxyType({})


class Nothing(Given):
    """A verb that asks nothing: an empty object."""


class Why(Given):
    """Why a verb is used."""

    reason: Reason


class Used(Schema):
    """What was done, in which case."""

    case_number: str
    verb: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: what it needs, what it asks, who carries it out, and what it is in words.

    ``act`` gets what was found and what was given, then ``by``, ``at`` and ``key`` by name.
    ``called`` maps the fields that a rule blames to what they are called here.
    """

    name: str
    need: Need
    given: type[Given]
    act: Callable[..., object]
    words: str
    called: Mapping[str, str] = field(default_factory=lambda: NO_NAMES)


@dataclass(frozen=True, slots=True)
class Subject:
    """What verbs are used on: its address with one parameter, how one is found, what is told.

    ``find`` raises ``Http404`` for what is beyond sight; ``tell`` gets what it found and the verb.
    """

    path: str
    parameter: str
    kind: Any
    find: Callable[[Caller, Any], Any]
    tell: Callable[[Any, str, Caller], BaseModel]
    gives: type[Schema] = Used
    # Goes before the names of the operations, where two subjects share a verb.
    prefix: str = ""


def declare(router: Router, subject: Subject, verbs: Iterable[Verb], *, module: str) -> None:
    """Declare a route for each verb of a table; ``module`` is the resource they belong to."""
    for verb in verbs:
        need, path = verb.need, f"{subject.path}/{verb.name}"
        declaring.writes(router, "POST", path, need=need, gives=subject.gives)(
            _view(subject, verb, module)
        )


def _view(subject: Subject, verb: Verb, module: str) -> Callable[..., HttpResponse]:
    def view(request: ApiRequest, given: Given, **address: Any) -> HttpResponse:
        caller = request.caller

        def acted(key: str) -> BaseModel:
            found = subject.find(caller, address[subject.parameter])
            try:
                verb.act(found, given, by=caller.actor, at=caller.at, key=key)
            except Refused as refused:
                raise problems.renamed(refused, verb.called) from refused
            return subject.tell(found, verb.name, caller)

        return once.once(request, caller, acted, status=200)

    view.__name__, view.__doc__ = f"{subject.prefix}{verb.name}".replace("-", "_"), verb.words
    view.__module__ = module
    # What the framework reads of a view: the address, and the body by its shape. A function takes
    # a signature (PEP 362), which its type does not say.
    view.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            Parameter("request", Parameter.POSITIONAL_OR_KEYWORD),
            Parameter(subject.parameter, Parameter.KEYWORD_ONLY, annotation=subject.kind),
            Parameter("given", Parameter.KEYWORD_ONLY, annotation=verb.given),
        ]
    )
    return view


def used(case_number: str, verb: str, caller: Caller) -> Used:
    """Return what is told of a verb where the row itself may be out of sight by now."""
    return Used(case_number=case_number, verb=verb, at=caller.at)
