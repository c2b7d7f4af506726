"""Sessions in the database, read by one plain statement: it stands before every request."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from nancheng.foundation.web import sql

_LIVE = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's own store but for how a live session is read."""

    def load(self) -> dict[str, Any]:
        """Return what a session holds; an unknown or expired one is begun anew."""
        found = sql.one(_LIVE, [self.session_key, sql.moment(timezone.now())])
        loaded: dict[str, Any] = self.decode(found[0]) if found else super().load()
        return loaded

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return what a kept text holds, whose signature is tried once a text and process."""
        return deepcopy(_decoded(session_data))


@lru_cache(maxsize=4096)
def _decoded(session_data: bytes | str) -> dict[str, Any]:
    held: dict[str, Any] = db.SessionStore().decode(session_data)
    return held
