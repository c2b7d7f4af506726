"""Addresses of pages about one thing, for lists of many: worked out once, filled in for each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a page by its name; ``sample`` is a value that its pattern accepts.

    Django's ``reverse`` searches the patterns for each row anew, which takes longer than the row.
    """

    name: str
    sample: int | str

    def __call__(self, value: int | str) -> str:
        """Return the page's address for a value of the sample's form."""
        before, after = _around(self.name, self.sample)
        return f"{before}{quote(str(value), safe='')}{after}"


@lru_cache(maxsize=256)
def _around(name: str, sample: int | str) -> tuple[str, str]:
    address = reverse(name, args=[sample])
    before, found, after = address.rpartition(str(sample))
    assert found, address
    return before, after
