"""Σ allocations = bond amount, kept by the database: a bond is confirmed only when it adds up.

Triggers, on SQLite and PostgreSQL: confirming a bond that does not add up, changing the amount of a
confirmed one, and touching its allocations all fail.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

SUM = "(SELECT COALESCE(SUM(amount_fen), 0) FROM funds_allocation WHERE bond_id = NEW.id)"
UNEQUAL = f"NEW.confirmed_at IS NOT NULL AND {SUM} <> NEW.amount_fen"
CONFIRMED = "(SELECT confirmed_at FROM funds_bond WHERE id = {row}.bond_id) IS NOT NULL"
# Trigger, table, verb, condition under which it fails.
RULES = (
    ("funds_bond_adds_up", "funds_bond", "UPDATE", UNEQUAL),
    ("funds_bond_born_open", "funds_bond", "INSERT", "NEW.confirmed_at IS NOT NULL"),
    ("funds_share_added", "funds_allocation", "INSERT", CONFIRMED.format(row="NEW")),
    (
        "funds_share_changed",
        "funds_allocation",
        "UPDATE",
        f"{CONFIRMED.format(row='OLD')} OR {CONFIRMED.format(row='NEW')}",
    ),
    ("funds_share_removed", "funds_allocation", "DELETE", CONFIRMED.format(row="OLD")),
)
REFUSES = "allocations of a confirmed bond add up and stay"


def forwards(apps: Any, schema_editor: Any) -> None:
    """Lay the triggers."""
    vendor = schema_editor.connection.vendor
    for name, table, verb, condition in RULES:
        for statement in _laying(vendor, name, table, verb, condition):
            schema_editor.execute(statement, params=None)


def backwards(apps: Any, schema_editor: Any) -> None:
    """Take the triggers away."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    for name, table, _verb, _condition in RULES:
        on = f" ON {table}" if postgresql else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{on}", params=None)
        if postgresql:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()", params=None)


def _laying(vendor: str, name: str, table: str, verb: str, condition: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSES}'); END"
        ]
    returned = "OLD" if verb == "DELETE" else "NEW"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{REFUSES}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {returned}; END $$",
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
        f"FOR EACH ROW EXECUTE PROCEDURE {name}()",
    ]


class Migration(migrations.Migration):
    """Triggers on bonds and allocations."""

    dependencies = (("funds", "0001_initial"),)
    operations = (migrations.RunPython(forwards, backwards),)
