"""Secrets of second factors as they lie in the database: sealed with a key of the installation.

The key is derived (HKDF-SHA-256) from the signing key, which a backup leaves behind. Whose secret
it is is sealed with it: a row that was copied to another person opens nothing. See record 0019.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

PURPOSE = b"nancheng second factor 1"
NONCE_BYTES = 12
KEY_BYTES = 32


def seal(secret: bytes, *, person_id: int) -> str:
    """Return a person's secret as text that only this installation opens."""
    nonce = os.urandom(NONCE_BYTES)
    shut = _cipher(settings.SECRET_KEY).encrypt(nonce, secret, _whose(person_id))
    return b64encode(nonce + shut).decode()


def unseal(sealed: str, *, person_id: int) -> bytes | None:
    """Return the secret, or None: another key sealed it, another's row, or it was changed."""
    try:
        kept = b64decode(sealed, validate=True)
    except ValueError:
        return None
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(key).decrypt(kept[:NONCE_BYTES], kept[NONCE_BYTES:], _whose(person_id))
        except (InvalidTag, ValueError):
            continue
    return None


def _cipher(key: str | bytes) -> AESGCM:
    made = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE)
    return AESGCM(made.derive(force_bytes(key)))


def _whose(person_id: int) -> bytes:
    return f"person:{person_id}".encode()
