"""What a notice says, whatever its figures are."""

from __future__ import annotations

from nancheng.foundation.messages import texts


def test_figures_are_shown_as_people_read_them() -> None:
    figures = {
        "amount_fen": 1_212_000_000,
        "due_on": "2020-12-31",
        "seen_at": "2020-09-15T01:00:00Z",
    }
    assert (
        texts.said("test.paid", figures)
        == "已支付 12,120,000.00 元，期限 2020-12-31，时间 2020-09-15 09:00"
    )


def test_a_missing_text_or_figure_still_says_something() -> None:
    assert texts.said("test.unknown", {"title": "演示"}) == "您有一条新通知：演示"
    assert texts.said("test.told", {}) == "您有一条新通知：test.told"


def test_a_figure_that_looks_like_a_placeholder_is_left_alone() -> None:
    assert texts.said("test.told", {"title": "%(password)s %s"}) == "通知：%(password)s %s"
