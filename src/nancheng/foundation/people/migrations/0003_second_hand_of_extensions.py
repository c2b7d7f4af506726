"""Whoever could move a due date alone may be the second hand, now that moving one takes two.

Without it nobody could confirm in a database made before ``case.extend-confirm`` was asked for.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

ASK, CONFIRM = "case.extend", "case.extend-confirm"


def forwards(apps: Any, schema_editor: Any) -> None:
    """Grant the new verb where the old one is granted; what was granted already stays alone."""
    grants = apps.get_model("people", "Grant").objects.using(schema_editor.connection.alias)
    if grants.filter(verb=CONFIRM).exists():
        return
    asked = grants.filter(verb=ASK).values_list("duty_id", "scope")
    grants.bulk_create(
        [grants.model(duty_id=duty, verb=CONFIRM, scope=scope) for duty, scope in asked]
    )


class Migration(migrations.Migration):
    """Rows alone."""

    replaces = [
        ("people", "0006_second_hand_of_extensions"),
    ]
    dependencies = [("people", "0002_tries_of_codes")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=True)]
