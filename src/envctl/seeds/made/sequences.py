"""Sequences go on behind what is there, so that the next row that somebody adds meets none of those that were made."""

from __future__ import annotations

from envctl.seeds.client import Client
from envctl.seeds.server import LOADING, PSQL
from envctl.world.shell import Finished

# As psql has it: what the query prints is run. A sequence may count several columns, as those of partitions; one that
# counts backwards goes on below the lowest. Only what is within its own limits counts.
_MOVE = b"""WITH counted AS (
    SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS number
    FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.objid
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid > 0
    UNION
    SELECT d.refobjid, a.adrelid, a.adnum
    FROM pg_catalog.pg_attrdef a
    JOIN pg_catalog.pg_depend d ON d.objid = a.oid AND d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
    JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.refobjid
    WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
)
SELECT pg_catalog.format(
    'SELECT pg_catalog.setval(%L, v::bigint) FROM (SELECT %s(v) AS v FROM (%s) AS columns(v) '
    'WHERE v BETWEEN %s AND %s) AS last WHERE v IS NOT NULL',
    sequence::pg_catalog.regclass, way,
    pg_catalog.string_agg(pg_catalog.format('SELECT %s(%I)::numeric FROM %s',
        way, a.attname, relation::pg_catalog.regclass), ' UNION ALL '),
    seqmin, seqmax)
FROM counted
JOIN (SELECT *, CASE WHEN seqincrement > 0 THEN 'max' ELSE 'min' END AS way FROM pg_catalog.pg_sequence) s
    ON s.seqrelid = sequence
JOIN pg_catalog.pg_class c ON c.oid = relation AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_attribute a ON a.attrelid = relation AND a.attnum = number
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid AND t.typcategory = 'N'
GROUP BY sequence, way, seqmin, seqmax ORDER BY sequence \\gexec
"""


def move_on(client: Client, into: str) -> Finished:
    """Set every sequence that counts a column to the last number in it."""
    return client.run((*PSQL, into, "--output=/dev/null", "--file=-"), stdin=(_MOVE,), env=LOADING)
