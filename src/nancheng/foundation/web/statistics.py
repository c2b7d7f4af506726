"""What SQLite knows of its tables: how many rows there are and how they differ.

Its planner chooses among indexes by that and does not count by itself, as PostgreSQL does. A list
of a million cases may take a second by the wrong index.
"""

from __future__ import annotations

from datetime import datetime

from nancheng.foundation.web import memory, sql

# Below so many rows any plan is quick.
ROWS_MIN = 1_000
GROWN = 2
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
_COUNTED = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'"
_KNOWN = "SELECT idx, stat FROM sqlite_stat1 WHERE tbl = %s"
# An index with a condition may be empty, which leaves nothing to know.
_INDEXES = (
    "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %s"
    " AND (sql IS NULL OR instr(sql, ' WHERE ') = 0)"
)


def refresh(*, at: datetime) -> int:
    """Count anew the tables that have doubled, or have an index never counted. The job.

    Looks once an hour. A million rows take some seconds, in which others cannot write. Returns how
    many tables were counted in this hour.
    """
    return 0 if sql.is_postgresql() else _refreshed(at.strftime("%Y-%m-%d %H"))


@memory.kept
def _refreshed(_hour: str) -> int:
    stale = [table for (table,) in sql.rows(_TABLES) if _is_stale(table)]
    for table in stale:
        sql.run(f'ANALYZE "{table}"')
    return len(stale)


def _is_stale(table: str) -> bool:
    ((count,),) = sql.rows(f'SELECT COUNT(*) FROM "{table}"')
    if count < ROWS_MIN:
        return False
    known = dict(sql.rows(_KNOWN, [table])) if sql.one(_COUNTED) else {}
    counted = max((int(stat.split()[0]) for stat in known.values()), default=0)
    unknown = {name for (name,) in sql.rows(_INDEXES, [table])} - set(known)
    return count >= GROWN * counted or bool(unknown)
