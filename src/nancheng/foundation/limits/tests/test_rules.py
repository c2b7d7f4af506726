"""Files of notices and rules, versions of years, and how far a rule lets a limit stretch."""

from __future__ import annotations

import csv

import pytest

from nancheng.foundation.limits import rules
from nancheng.foundation.limits.rules import Stretching
from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import limits
from nancheng.kernel.worktime.limits import Unit

HEAD = "date,is_workday,name,notice\n"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "limits.file-columns"),
        (b"\xff\xfe\x00\x01", "limits.file-unreadable"),
        (HEAD.encode(), "limits.file-empty"),
        (b"a,b\n1,2\n", "limits.file-columns"),
        (b"x" * 200_001, "limits.file-too-big"),
        ((HEAD + "2027-13-01,0,a,b\n").encode(), "calendar.row-unreadable"),
        ((HEAD + "2026-05-01,0,a,b\n").encode(), "limits.not-of-year"),
        ((HEAD + "2027-01-01,0,a,b\n2027-01-01,0,a,b\n").encode(), "calendar.day-twice"),
        ((HEAD + "2027-01-04,1,a,b\n").encode(), "calendar.not-a-change"),
        ((HEAD + "2027-01-01,yes,a,b\n").encode(), "calendar.row-unreadable"),
        ((HEAD + '2027-01-01,0,"a,b\n').encode(), "limits.file-unreadable"),
        ((HEAD + "2027-01-01,0,a,b\n" * 401).encode(), "limits.file-too-big"),
    ],
)
def test_a_file_that_is_no_notice_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.read_notice(content, year=2027)
    assert refused.value.code == code


def test_versions_are_written_and_read_back() -> None:
    versions = {2026: 3, 2027: 0}
    assert rules.written_versions(versions) == "2026v3 2027v0"
    assert rules.read_versions("2026v3 2027v0") == versions
    assert rules.read_versions("") == {}


def row(on: str, name: str = "假") -> dict[str, str]:
    return {"date": on, "is_workday": "0", "name": name, "notice": "甲"}


def test_a_notice_replaces_its_year_and_adds_to_the_december_before() -> None:
    kept = {2026: [row("2026-01-01", "元旦"), row("2026-12-31", "旧")], 2027: [row("2027-05-01")]}
    made = rules.versioned(
        [row("2026-12-31", "新"), row("2027-01-01")],
        kept=kept,
        versions={2026: 2, 2027: 1},
        year=2027,
    )
    assert [(each["date"], each["name"], each["version"]) for each in made] == [
        ("2026-01-01", "元旦", "3"),
        ("2026-12-31", "新", "3"),
        ("2027-01-01", "假", "2"),
    ]


@pytest.mark.parametrize(
    ("asked", "by", "code"),
    [
        (1, Stretching(0, "", (), "甲"), "limits.no-extension"),
        (11, Stretching(1, "10wd", (), "甲"), "limits.extension-too-long"),
        (1, Stretching(1, "10wd", (5,), "甲"), "limits.extended-enough"),
        (6, Stretching(0, "10wd", (5,), "甲"), "limits.extension-too-long"),
        (1, Stretching(1, "10cd", (), "甲"), "limits.extension-too-long"),
    ],
)
def test_an_extension_beyond_the_rule_is_refused(asked: int, by: Stretching, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.check_extension(asked, by=by, unit=Unit.WORKING_DAY)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("asked", "by"),
    [
        (10, Stretching(1, "10wd", (), "甲")),
        (5, Stretching(0, "10wd", (2, 3), "甲")),
        (1, Stretching(2, "6m", (3,), "甲")),
    ],
)
def test_an_extension_within_the_rule_passes(asked: int, by: Stretching) -> None:
    rules.check_extension(asked, by=by, unit=limits.parse(by.length).unit)


def rule(**changes: str) -> dict[str, str]:
    plain = {
        "code": "XF_HANDLE",
        "valid_from": "2022-05-01",
        "name": "办结",
        "starts": "受理",
        "length": "60cd",
        "roll": "none",
        "extension_count": "0",
        "extension_length": "30cd",
        "source": "信访工作条例",
        "mark": "S2",
        "correction": "",
    }
    return plain | changes


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"code": "xf"}, "code"),
        ({"name": ""}, "name"),
        ({"length": "60x"}, "length"),
        ({"length": "", "fixed": ""}, "length"),
        ({"roll": "maybe"}, "roll"),
        ({"correction": "stop"}, "correction"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"extension_length": "much"}, "extension_length"),
        ({"source": ""}, "source"),
        ({"mark": ""}, "mark"),
    ],
)
def test_a_rule_that_cannot_be_read_is_named(changes: dict[str, str], column: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.read_rules([rule(), rule() | changes])
    assert refused.value.figures == {"row": 2, "column": column}


def test_the_rules_delivered_are_those_of_the_table_of_limits() -> None:
    with rules.SEED.open(encoding="utf-8", newline="") as file:
        found = {each["code"]: each for each in rules.read_rules(csv.DictReader(file))}
    assert len(found) >= 35
    said = {
        "XF_ROUTE": "15cd",
        "XF_NOTICE": "15cd",
        "XF_OBJECT": "5wd",
        "XF_HANDLE": "60cd",
        "XF_REVIEW": "30cd",
        "DS_ANSWER_UNCOND": "1wd",
        "DS_ANSWER_COND": "10wd",
        "DS_DELIVER": "20wd",
        "GI_ANSWER": "20wd",
        "ACC_REPORT": "1h",
        "ACC_UP": "2h",
        "PJ_FINAL": "3m",
        "BD_IDLE": "12m",
        "EN_LEAD": "7wd",
        "EN_CO": "3wd",
        "EN_OBJECT": "1wd",
    }
    assert {code: found[code]["length"] for code in said} == said
    assert found["XF_HANDLE"]["extension_length"] == "30cd"
    # The citizen's own limits end on a working day; the office's inner warning does not wait.
    assert {found[code]["roll"] for code in ("XF_REVIEW_ASK", "XF_REREVIEW_ASK")} == {
        "next-workday"
    }
    assert found["XF_HANDLE"]["roll"] == "none"
    assert all(each["mark"] for each in found.values())
