"""The settings file: read whole, or refused with every fault it has."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.config.simulation import settings, spans
from nancheng.kernel.process.definition import Lane
from nancheng.kernel.process.tests import drawing

DRAWN = drawing.draw("x", "(in) -> [a]\n[a] -> ((out))")
object.__setattr__(DRAWN, "lanes", (Lane("l", post="clerk", nodes=("a",)),))


def faults(text: str | bytes) -> tuple[str, ...]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(settings.UnreadableError) as caught:
        settings.read(data, DRAWN)
    return caught.value.faults


def test_a_whole_file() -> None:
    written = """
    [arrivals]
    every = "40m"
    [defaults]
    work = "1h"
    [posts.clerk]
    staff = 3
    department = "财政局"
    [nodes.a]
    work = "20m..90m"
    instances = 4
    comes = 0.5
    [flows.in-a]
    share = 0.25
    [hours]
    office = ["09:00-12:00", "13:00-17:00"]
    """
    found = settings.read(written.encode(), DRAWN)
    assert found.every == spans.read("40m")
    assert (found.staffs, found.departments) == ({"clerk": 3}, {"clerk": "财政局"})
    assert (found.works, found.instances) == ({"a": spans.read("20m..90m")}, {"a": 4})
    assert (found.comes, found.shares) == ({"a": 0.5}, {"in-a": 0.25})
    assert len(found.office.seasons[0].stretches) == 2
    assert settings.read(b"", DRAWN) == settings.Settings()


def test_every_fault_is_named() -> None:
    assert faults("[posts.cleark]\nstaff = 2") == ("[posts.cleark]: not in the drawing",)
    assert faults("[staff]\nx = 1") == ("[staff]: there is no such table",)
    assert faults("[posts.clerk]\nstuff = 2") == ("[posts.clerk] stuff: there is no such setting",)
    assert faults("[posts.'x/clerk']\nstaff = 2") == ("[posts.x/clerk]: not in the drawing",)
    assert len(faults("[posts.clerk]\nstaff = 0\n[nodes.a]\nwork = 'soon'\ncomes = 2")) == 3
    assert faults("posts = 3") == ("posts: not a table",)
    assert faults("[posts]\nclerk = 3") == ("posts.clerk: not a table",)
    assert faults("[hours]\noffice = ['12:00-09:00']")
    assert faults("[hours]\noffice = ['noon']")
    assert faults("[posts.clerk]\nstaff = true")


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"=", b"a = " + b"[" * 5000, b"x" * 1_000_001, b"[a]\n[a]"]
)
def test_what_is_no_settings_file_is_refused(data: bytes) -> None:
    assert faults(data)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(settings.UnreadableError):
        assert settings.read(text.encode("utf-8", "surrogatepass"), DRAWN) == settings.Settings()
