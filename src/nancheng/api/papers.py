"""Papers that come with a verb: drafts kept under /files before, now said what they are for."""

from __future__ import annotations

from pydantic import Field

from nancheng.api.shapes import Given, Id
from nancheng.foundation.files import actions as files
from nancheng.foundation.people.rules import Actor

# Our choice, as on the forms.
PAPERS_MAX = 40


class Papers(Given):
    """A verb that takes papers along."""

    attachment_ids: list[Id] = Field(
        default_factory=list, max_length=PAPERS_MAX, description="Drafts kept under /files."
    )


def kept(given: Papers, *, purpose: str, by: Actor) -> list[int]:
    """Say what the caller's drafts are for and return them, each once.

    Raises ``Refused`` for one that is not a draft of the caller's.
    """
    ids = list(dict.fromkeys(given.attachment_ids))
    files.set_purpose(ids, purpose=purpose, by=by)
    return ids
