"""Shapes that several resources share: money, times, names, pages, problems."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

from django.utils import timezone
from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic.types import StringConstraints

T = TypeVar("T")
# The largest sum we speak of: what a 64-bit column and a JSON reader both hold exactly.
FEN_MAX = 2**53 - 1
NUMBER_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$"
ID_MAX = 2**53 - 1


def _clean(text: str) -> str:
    """Turn away what no database keeps: NUL and halves of characters."""
    if "\0" in text or any("\ud800" <= one <= "\udfff" for one in text):
        raise ValueError("unreadable text")
    return text


def _whole(value: Any) -> Any:
    """Read 1.0 as 1: to JSON they are the same integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _local(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


Permille = Annotated[int, Field(ge=1, le=1000), BeforeValidator(_whole)]
Fen = Annotated[int, Field(ge=-FEN_MAX, le=FEN_MAX, description="Whole fen (分).")]
PositiveFen = Annotated[
    int, Field(ge=1, le=FEN_MAX, description="Whole fen (分)."), BeforeValidator(_whole)
]
Id = Annotated[int, Field(ge=1, le=ID_MAX), BeforeValidator(_whole)]
Number = Annotated[str, StringConstraints(pattern=NUMBER_PATTERN)]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.-]{0,59}$")]
Moment = Annotated[
    datetime, PlainSerializer(_local, return_type=str), Field(description="ISO 8601 with offset.")
]
Day = Annotated[date, Field(strict=False)]


Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_clean)]
Long = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_clean)]
Words = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_clean)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_clean)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(_clean)]
Mark = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_clean)]


class Given(Schema):
    """What a caller sends: exactly what is described, of exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Named(Schema):
    """A thing with a code and a name in two languages."""

    code: str
    name: str
    name_en: str


class Person(Schema):
    """A person at a post."""

    name: str
    post: str
    department: str


class Page(Schema, Generic[T]):
    """One page of a list; ``next`` is the address of the page that follows."""

    items: list[T]
    next: str | None
    count: int | None = None
    count_is_exact: bool | None = None


class Fault(Schema):
    """One thing that is wrong, and where."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    code: str | None = None


class ProblemDetails(Schema):
    """A no, as RFC 9457 says it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    figures: dict[str, Any] | None = None
    errors: list[Fault] | None = None
