"""How the rows of a table are sorted for an index of it: by several processes, each with little memory. Pure.

Sorting texts is comparing them, and to compare two mostly means to wait until both have come from memory: parts that
stay in a processor's own cache are sorted in a fifth to a half less time than parts of hundreds of megabytes, and to
merge them costs next to nothing. Postgres would not let processes help that have less than 32 MB each, unless the
table itself says how many there shall be (`plan_create_index_workers`): so it says it for as long as indexes are built.
"""

from __future__ import annotations

import os

_MEMORY = 4  # megabytes of each process
_HELPERS = 2  # as many as Postgres takes at most, unless its settings say more
_WORTH = 32 << 20  # bytes of a table: of a smaller one the helpers take longer to begin than they save

_SPREAD = """DO $envctl$
DECLARE
  one pg_catalog.regclass;
  told pg_catalog.text[] := '{{}}';
BEGIN
  IF pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 110000 THEN  -- before, nobody helps
    FOR one IN
      SELECT c.oid FROM pg_catalog.pg_class AS c
      WHERE c.relkind = 'r' AND c.oid >= 16384 AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
      AND pg_catalog.pg_relation_size(c.oid) >= {worth:d}
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_options_to_table(c.reloptions) AS o WHERE o.option_name = 'parallel_workers')
    LOOP
      EXECUTE pg_catalog.format('ALTER TABLE %s SET (parallel_workers = {helpers:d})', one);
      told := told || one::pg_catalog.text;
    END LOOP;
  END IF;
  PERFORM pg_catalog.set_config('envctl.spread', told::pg_catalog.text, false);
END $envctl$;"""
# By the session that was told to spread it.
GATHER = b"""DO $envctl$
DECLARE
  one pg_catalog.text;
BEGIN
  FOREACH one IN ARRAY pg_catalog.current_setting('envctl.spread')::pg_catalog.text[] LOOP
    EXECUTE pg_catalog.format('ALTER TABLE %s RESET (parallel_workers)', one);
  END LOOP;
END $envctl$;"""


def spread() -> bytes:
    """What makes large tables have helpers where an index of them is built, but those that say themselves how many."""
    return _SPREAD.format(worth=_WORTH, helpers=_helpers()).encode()


def with_little(statement: bytes) -> bytes:
    """A statement that sorts, in a session that has as much memory as before once it is done."""
    memory = _MEMORY * (1 + _helpers())
    return b"SET maintenance_work_mem = '%dMB';\n%s\nRESET maintenance_work_mem;" % (memory, statement)


def _helpers() -> int:
    return min(_HELPERS, (os.cpu_count() or 1) - 1)
