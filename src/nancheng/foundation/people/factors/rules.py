"""One-time codes by the clock (RFC 6238 on RFC 4226), as every authenticator app knows them.

HMAC-SHA-1 and six digits are what those apps agree on; the tests hold all vectors of the standard.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

# RFC 6238 §5.2: the step it recommends.
STEP_SECONDS = 30
# RFC 4226 §5.3: at least six.
DIGITS = 6
# A device whose clock is off by up to one step is still heard (RFC 6238 §5.2).
DRIFT_STEPS = 1
# The length of the key that RFC 4226 §4 recommends: as long as the digest.
SECRET_BYTES = 20

# RFC 4226 §7.3 asks for a limit on guesses. Ours, of one person and from wherever: with three codes
# right at a time, ten tries an hour find one in less than one case in a thousand a day. Only who
# gave the right password comes to try, so nobody else can lock a person out; recovery codes are
# not guessed, open meanwhile and do not count.
TRIES_MAX = 10
TRIES_PAUSE = timedelta(hours=1)

# Recovery codes are read from paper: nothing that looks like something else; 5 bits a sign.
RECOVERY_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"
# Ours: 80 bits, which nobody tries through even with the hash in hand.
RECOVERY_SIGNS = 16
# Ours: what fits on a card.
RECOVERY_COUNT = 10


def step_at(at: datetime) -> int:
    """Return the number of the time step that a moment falls into."""
    return int(at.timestamp()) // STEP_SECONDS


def code(secret: bytes, step: int, *, digits: int = DIGITS, digest: str = "sha1") -> str:
    """Return the code of a time step."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), digest)
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def matching(secret: bytes, given: str, *, at: datetime) -> int | None:
    """Return the time step whose code was given, within the drift; None if it is no such code."""
    now = step_at(at)
    found = None
    # All are compared, so that the time taken tells nothing.
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(code(secret, step).encode(), given.encode()):
            found = step
    return found


def tidy(given: str) -> str:
    """Return what was typed without the blanks and dashes that people add."""
    return "".join(sign for sign in given.lower() if sign not in " -\t\u3000")


def spelled(secret: bytes) -> str:
    """Return a secret as text that a person can type: base 32 in groups of four."""
    return grouped(b32encode(secret).decode().rstrip("="))


def grouped(text: str) -> str:
    """Return a text in groups of four."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address(secret: bytes, *, issuer: str, account: str) -> str:
    """Return what a QR code tells an authenticator app (the key URI format)."""
    told = {
        "secret": b32encode(secret).decode().rstrip("="),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_SECONDS,
    }
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{urlencode(told, quote_via=quote)}"


def must_have(duties: AbstractSet[str], setting: str) -> bool:
    """Say whether one of these duties is among those that the setting asks a second factor of."""
    return bool(duties & set(setting.split()))
