"""One-time codes: every vector of RFC 6238 and RFC 4226, drift, what people type, sealing."""

from __future__ import annotations

from base64 import b32decode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.people.factors import rules, sealing

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
# RFC 6238 appendix B: the secret is repeated to the length of the digest (its errata).
SEED = b"1234567890"
SECRETS = {"sha1": SEED * 2, "sha256": SEED * 3 + b"12", "sha512": SEED * 6 + b"1234"}
VECTORS = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]
# RFC 4226 appendix D: codes of the counters 0 to 9.
COUNTED = ["755224", "287082", "359152", "969429", "338314"]
COUNTED += ["254676", "287922", "162583", "399871", "520489"]

# Hypothesis takes bounds without a zone and adds the zone itself.
moments = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
secrets = st.binary(min_size=20, max_size=20)


@pytest.mark.parametrize(("seconds", "sha1", "sha256", "sha512"), VECTORS)
def test_the_vectors_of_the_standard(seconds: int, sha1: str, sha256: str, sha512: str) -> None:
    step = rules.step_at(datetime.fromtimestamp(seconds, UTC))
    for digest, expected in (("sha1", sha1), ("sha256", sha256), ("sha512", sha512)):
        assert rules.code(SECRETS[digest], step, digits=8, digest=digest) == expected


@pytest.mark.parametrize(("counter", "expected"), list(enumerate(COUNTED)))
def test_the_vectors_below_it(counter: int, expected: str) -> None:
    assert rules.code(SECRETS["sha1"], counter) == expected


@given(secret=secrets, at=moments, seconds=st.integers(-200, 200))
def test_a_clock_is_heard_one_step_off_and_no_further(
    secret: bytes, at: datetime, seconds: int
) -> None:
    there = at + timedelta(seconds=seconds)
    shown, now = rules.step_at(there), rules.step_at(at)
    heard = rules.matching(secret, rules.code(secret, shown), at=at)
    if abs(shown - now) <= 1:
        assert heard is not None
        assert rules.code(secret, heard) == rules.code(secret, shown)
    else:
        near = {rules.code(secret, now + each) for each in (-1, 0, 1)}
        assert (heard is None) is (rules.code(secret, shown) not in near)


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "一二三四五六", "６５４３２１", "abcdef"]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert rules.matching(SEED * 2, typed, at=NOON) is None


@given(secret=secrets, at=moments)
def test_blanks_and_dashes_are_forgiven(secret: bytes, at: datetime) -> None:
    code = rules.code(secret, rules.step_at(at))
    typed = f" {code[:3]} {code[3:]}\t"
    assert rules.tidy(typed) == code
    assert rules.tidy(rules.grouped("abcdefgh").upper().replace(" ", "-")) == "abcdefgh"


@given(secret=secrets)
def test_the_picture_tells_what_the_text_tells(secret: bytes) -> None:
    told = urlsplit(rules.address(secret, issuer="Nancheng", account="a b@c"))
    figures = parse_qs(told.query)
    assert (told.scheme, told.netloc, told.path) == ("otpauth", "totp", "/Nancheng:a%20b%40c")
    assert b32decode(figures["secret"][0]) == secret
    assert rules.spelled(secret).replace(" ", "") == figures["secret"][0]
    assert figures["period"] == ["30"]


def test_the_setting_names_duties_and_not_parts_of_them() -> None:
    assert rules.must_have({"leader", "clerk"}, "sysadmin leader")
    assert not rules.must_have({"leader"}, "none")
    assert not rules.must_have({"lead"}, "leader")
    assert not rules.must_have(set(), "leader")


class TestSealing:
    """What lies in the database opens with this installation's key, and for one person."""

    @given(secret=secrets)
    def test_what_was_sealed_opens_again_and_never_looks_the_same(self, secret: bytes) -> None:
        one, two = (sealing.seal(secret, person_id=7) for _ in range(2))
        assert one != two
        assert sealing.unseal(one, person_id=7) == secret == sealing.unseal(two, person_id=7)

    def test_it_opens_for_nobody_else_with_no_other_key_and_not_changed(self) -> None:
        sealed = sealing.seal(b"x" * 20, person_id=7)
        assert sealing.unseal(sealed, person_id=8) is None
        changed = ("A" if sealed[20] != "A" else "B").join((sealed[:20], sealed[21:]))
        assert sealing.unseal(changed, person_id=7) is None
        for hostile in ("", "x", "====", "é"):
            assert sealing.unseal(hostile, person_id=7) is None
        with override_settings(SECRET_KEY="another"):
            assert sealing.unseal(sealed, person_id=7) is None

    def test_a_former_key_still_opens_what_it_sealed(self) -> None:
        with override_settings(SECRET_KEY="former"):
            sealed = sealing.seal(b"x" * 20, person_id=7)
        with override_settings(SECRET_KEY_FALLBACKS=["former"]):
            assert sealing.unseal(sealed, person_id=7) == b"x" * 20
