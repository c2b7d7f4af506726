"""Keep transfers as they were written: no statement may change or delete one.

Plain rows with triggers, on SQLite and PostgreSQL. ``seal`` and ``unseal`` are also what a test uses
that must empty the tables between two runs.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

NAMES = {"UPDATE": "ledger_transfer_unchanged", "DELETE": "ledger_transfer_kept"}
REFUSES = "ledger transfers are append-only"


def seal(connection: Any) -> None:
    """Make the database refuse changes to transfers; nothing happens if it does already."""
    with connection.cursor() as cursor:
        for statement in _sealing(connection.vendor):
            cursor.execute(statement)


def unseal(connection: Any) -> None:
    """Let the database change transfers again."""
    table = " ON ledger_transfer" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in NAMES.values():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{table}")


def _sealing(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {verb} ON ledger_transfer "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSES}'); END"
            for verb, name in NAMES.items()
        ]
    return [
        "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSES}' USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$",
        *(
            statement
            for verb, name in NAMES.items()
            for statement in (
                f"DROP TRIGGER IF EXISTS {name} ON ledger_transfer",
                f"CREATE TRIGGER {name} BEFORE {verb} ON ledger_transfer "
                "FOR EACH ROW EXECUTE PROCEDURE ledger_refuse()",
            )
        ),
    ]


def forwards(apps: Any, schema_editor: Any) -> None:
    """Seal."""
    seal(schema_editor.connection)


def backwards(apps: Any, schema_editor: Any) -> None:
    """Unseal."""
    unseal(schema_editor.connection)


class Migration(migrations.Migration):
    """Triggers on the transfers."""

    dependencies = (("ledger", "0001_initial"),)
    operations = (migrations.RunPython(forwards, backwards),)
