"""Requests that ended keep no hash of the password they were about."""

from __future__ import annotations

from typing import Any

from django.db import migrations

SECRETS = {"people.password": ("hashed", "instead_of")}


def forwards(apps: Any, schema_editor: Any) -> None:
    """Clear what today's code clears when a request ends."""
    rows = apps.get_model("confirmations", "Confirmation").objects
    rows = rows.using(schema_editor.connection.alias)
    for row in rows.filter(operation__in=SECRETS).exclude(state="waiting"):
        kept = {n: each for n, each in row.figures.items() if n not in SECRETS[row.operation]}
        if kept != row.figures:
            rows.filter(pk=row.pk).update(figures=kept)


class Migration(migrations.Migration):
    """Rows alone."""

    dependencies = [("confirmations", "0001_initial")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=True)]
