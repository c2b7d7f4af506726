"""What the machine says: paths, secrets and the database, read from environment variables."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;"
    # Money must survive a power cut: FULL syncs the log at each commit.
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA cache_size=-65536;"
    "PRAGMA temp_store=MEMORY;"
    # A log of 16 MB: pages written again and again go to the file once, and it is rewritten in
    # place, which spares the file system a change of its own at each sync.
    "PRAGMA wal_autocheckpoint=4000;"
)


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes-or-no variable; "1", "true", "yes" and "on" are yes."""
    value = os.environ.get(name, "")
    return value.lower() in {"1", "true", "yes", "on"} if value else default


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list without blanks."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def data_folder(root: Path) -> Path:
    """Return the folder of everything kept outside the database, made if it is missing."""
    folder = Path(os.environ.get("NANCHENG_DATA") or root / "var").resolve()
    (folder / "static").mkdir(parents=True, exist_ok=True)
    return folder


def secret_key(folder: Path) -> str:
    """Return the signing key: the variable, or one made once and kept in a private file."""
    if given := os.environ.get("NANCHENG_SECRET_KEY"):
        return given
    file = folder / "secret-key"
    if not file.exists():
        # "x" loses the race politely: the first of two processes writes, both then read.
        try:
            with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
                out.write(secrets.token_urlsafe(50))
        except FileExistsError:
            pass
    return file.read_text()


def database(folder: Path) -> dict[str, Any]:
    """Return Django's settings of the one database: DATABASE_URL, or SQLite in the data folder."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "nancheng.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": SQLITE_PRAGMAS,
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL: only postgresql:// is understood, not {parts.scheme}://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # What is prepared (``web.postgresql``) is planned once, not anew at each step.
        "OPTIONS": {"options": "-c plan_cache_mode=force_generic_plan"},
    }


def mail() -> dict[str, Any]:
    """Return how mail leaves: NANCHENG_MAIL, or what Django's console shows of it.

    "smtp://user:password@host:port" asks for TLS after the greeting (STARTTLS), "smtps://" begins
    with it; "smtp+plain://" is for a relay on the same machine.
    """
    url = os.environ.get("NANCHENG_MAIL", "")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    ports = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
    if parts.scheme not in ports or not parts.hostname:
        raise ValueError("NANCHENG_MAIL: only smtp://, smtps:// and smtp+plain:// are understood")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": unquote(parts.hostname),
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        # A server that does not answer must not hold up the other messages.
        "EMAIL_TIMEOUT": 10,
    }


def mail_from() -> str:
    """Return whom mail is from."""
    return os.environ.get("NANCHENG_MAIL_FROM") or "nancheng@localhost"
