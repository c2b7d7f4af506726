"""What environment variables say of mail."""

from __future__ import annotations

import pytest

from nancheng.config import environment


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://post:p%40ss@mail.example.org", 587, True, False),
        ("smtps://post:p%40ss@mail.example.org:4465", 4465, False, True),
        ("smtp+plain://post:p%40ss@mail.example.org", 25, False, False),
    ],
)
def test_mail_leaves_by_the_server_named(
    monkeypatch: pytest.MonkeyPatch, url: str, port: int, tls: bool, ssl: bool
) -> None:
    monkeypatch.setenv("NANCHENG_MAIL", url)
    told = environment.mail()
    assert told["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert (told["EMAIL_HOST"], told["EMAIL_PORT"]) == ("mail.example.org", port)
    assert (told["EMAIL_HOST_USER"], told["EMAIL_HOST_PASSWORD"]) == ("post", "p@ss")
    assert (told["EMAIL_USE_TLS"], told["EMAIL_USE_SSL"]) == (tls, ssl)


def test_without_a_server_mail_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NANCHENG_MAIL", raising=False)
    assert environment.mail()["EMAIL_BACKEND"].endswith("console.EmailBackend")


@pytest.mark.parametrize("url", ["http://mail.example.org", "smtp://", "mail.example.org:25"])
def test_a_server_that_cannot_be_meant_stops_the_start_and_says_no_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("NANCHENG_MAIL", url)
    with pytest.raises(ValueError, match="NANCHENG_MAIL"):
        environment.mail()
