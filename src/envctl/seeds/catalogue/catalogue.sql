-- The tables of a database and what holds between them, as a JSON document. Reads catalogues only: it runs in a
-- read-only transaction, on a standby, and without any right on the tables. Postgres 12 to 18; what one of them lacks
-- is taken out of to_jsonb. search_path must be empty, so that all names in expressions come with their schema.
WITH RECURSIVE
schemas AS (
    SELECT oid, nspname FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
),
members AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'),
relations AS (
    SELECT c.*, s.nspname FROM pg_catalog.pg_class c JOIN schemas s ON s.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
),
tables AS (SELECT * FROM relations WHERE relkind IN ('r', 'p')),
indexes AS (
    SELECT i.*, c.relname, pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct' = 'true' AS same_nulls
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN relations t ON t.oid = i.indrelid AND t.relkind IN ('r', 'p', 'm')
),
-- Down from each column's type, through domains and arrays, to what it is made of.
chain (start, type, typmod, arrays, required, domains) AS (
    SELECT DISTINCT a.atttypid, a.atttypid, -1, 0, false, ARRAY[]::oid[]
    FROM pg_catalog.pg_attribute a JOIN tables t ON t.oid = a.attrelid
    WHERE a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT c.start,
           CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE e.oid END,
           CASE WHEN t.typtype = 'd' AND c.typmod = -1 THEN t.typtypmod ELSE c.typmod END,
           c.arrays + (t.typtype <> 'd')::int,
           c.required OR (t.typtype = 'd' AND t.typnotnull AND c.arrays = 0),
           CASE t.typtype WHEN 'd' THEN c.domains || t.oid ELSE c.domains END
    FROM chain c
    JOIN pg_catalog.pg_type t ON t.oid = c.type
    LEFT JOIN pg_catalog.pg_type e ON e.typarray = t.oid AND e.oid <> t.oid
    WHERE t.typtype = 'd' OR e.oid IS NOT NULL
),
types AS (
    SELECT c.*, t.typname, t.typtype, t.typnamespace = 'pg_catalog'::regnamespace AS own,
           (SELECT pg_catalog.json_agg(l.enumlabel ORDER BY l.enumsortorder)
            FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid) AS labels
    FROM chain c
    JOIN pg_catalog.pg_type t ON t.oid = c.type
    WHERE t.typtype <> 'd' AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid AND e.oid <> t.oid)
),
columns AS (
    SELECT a.*, y.typmod AS below, y.typname, y.typtype, y.own, y.arrays, y.required, y.labels, y.domains,
           pg_catalog.format_type(a.atttypid, a.atttypmod) AS written,
           pg_catalog.format_type(y.type, CASE a.atttypmod WHEN -1 THEN y.typmod ELSE a.atttypmod END) AS bare,
           pg_catalog.pg_get_expr(d.adbin, a.attrelid) AS says, d.oid AS rule
    FROM pg_catalog.pg_attribute a
    JOIN types y ON y.start = a.atttypid
    JOIN tables t ON t.oid = a.attrelid
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped
),
-- What a generated column is made of, and all that an index reads, as dependencies say. Each is worked out once.
made_of AS MATERIALIZED (
    SELECT c.attrelid, c.attnum, pg_catalog.json_agg(DISTINCT a.attname) AS names
    FROM columns c
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.attrelid
        AND d.refobjsubid > 0 AND d.refobjsubid <> c.attnum
        AND ((d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = c.rule)
             OR (d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.attrelid AND d.objsubid = c.attnum))
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.attrelid AND a.attnum = d.refobjsubid
    WHERE c.attgenerated <> ''
    GROUP BY c.attrelid, c.attnum
),
reads AS MATERIALIZED (
    SELECT r.indexrelid, pg_catalog.json_agg(a.attname ORDER BY a.attnum) AS names
    FROM (
        SELECT i.indexrelid, i.indrelid, k.number
        FROM indexes i, pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k (number, at)
        WHERE k.at <= i.indnkeyatts
        UNION  -- what an index only carries along depends as much, so only where it reads more than its keys
        SELECT i.indexrelid, i.indrelid, d.refobjsubid FROM indexes i
        JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.indexrelid
            AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid > 0
        WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
    ) r
    JOIN pg_catalog.pg_attribute a ON a.attrelid = r.indrelid AND a.attnum = r.number
    GROUP BY r.indexrelid
),
compared AS MATERIALIZED (  -- other than by equality
    SELECT conindid, conexclop FROM pg_catalog.pg_constraint WHERE conexclop IS NOT NULL
),
uniques AS (
    SELECT i.indrelid, i.relname, i.indisprimary, NOT i.same_nulls IS TRUE AS nulls, r.names,
           pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS condition,
           (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                       'column', a.attname,
                       'text', pg_catalog.pg_get_indexdef(i.indexrelid, k.at::int, false),
                       'operator', o.oprname,
                       'collation', CASE WHEN NOT l.collisdeterministic THEN l.collname END) ORDER BY k.at)
            FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k (number, at)
            LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number AND k.number > 0
            LEFT JOIN pg_catalog.pg_operator o ON o.oid = x.conexclop[k.at]
            LEFT JOIN pg_catalog.pg_collation l ON l.oid = (i.indcollation::oid[])[k.at - 1]
            WHERE k.at <= i.indnkeyatts) AS keys
    FROM indexes i
    LEFT JOIN reads r ON r.indexrelid = i.indexrelid
    LEFT JOIN compared x ON x.conindid = i.indexrelid
    WHERE (i.indisunique OR i.indisexclusion) AND i.indisvalid
),
constraints AS (
    SELECT x.* FROM pg_catalog.pg_constraint x JOIN tables t ON t.oid = x.conrelid
    LEFT JOIN pg_catalog.pg_constraint p ON p.oid = x.conparentid
    WHERE x.conparentid = 0 OR p.conrelid <> x.conrelid  -- else it is a foreign key's share for a partition
)
SELECT pg_catalog.json_build_object(
    'server', pg_catalog.current_setting('server_version_num')::int / 10000,
    'large_objects', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata),
    'foreign_tables', (SELECT pg_catalog.json_agg(c.nspname || '.' || c.relname)
                       FROM relations c WHERE c.relkind = 'f'),
    'extension_tables', (
        SELECT pg_catalog.json_agg(s.nspname || '.' || c.relname)
        FROM pg_catalog.pg_extension e, pg_catalog.unnest(e.extconfig) t (id)
        JOIN pg_catalog.pg_class c ON c.oid = t.id AND c.relkind IN ('r', 'p')
        JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace),
    'tables', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'id', t.oid::bigint, 'schema', t.nspname, 'name', t.relname, 'partitioned', t.relkind = 'p',
        'rows', t.reltuples::bigint, 'bound', CASE WHEN t.relispartition THEN pg_catalog.pg_get_partition_constraintdef(t.oid) END,
        'parents', (SELECT pg_catalog.json_agg(h.inhparent::bigint ORDER BY h.inhseqno)
                    FROM pg_catalog.pg_inherits h WHERE h.inhrelid = t.oid),
        'split_by', (SELECT pg_catalog.json_agg(DISTINCT a.attname) FROM pg_catalog.pg_partitioned_table p
                     JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum > 0
                     WHERE p.partrelid = t.oid AND (a.attnum = ANY (p.partattrs::int2[]) OR EXISTS (
                         SELECT FROM pg_catalog.pg_depend d  -- the columns of its expressions depend on the table
                         WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = t.oid AND d.objsubid = a.attnum
                           AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = t.oid
                           AND d.refobjsubid = 0 AND d.deptype = 'i')))) ORDER BY t.nspname, t.relname)
        FROM tables t),
    'columns', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'table', c.attrelid::bigint, 'name', c.attname, 'type', c.written, 'required', c.attnotnull OR c.required,
        'typmod', CASE c.atttypmod WHEN -1 THEN c.below ELSE c.atttypmod END,
        'base', c.typname, 'below', c.bare, 'own', c.own, 'kind', c.typtype, 'arrays', c.arrays, 'labels', c.labels,
        'domains', (SELECT pg_catalog.json_agg(d.id::bigint) FROM pg_catalog.unnest(c.domains) d (id)),
        'generated', c.attgenerated <> '', 'identity', c.attidentity <> '', 'says', c.says,
        'collation', (SELECT l.collname FROM pg_catalog.pg_collation l WHERE l.oid = c.attcollation),
        'made_of', m.names) ORDER BY c.attnum)
        FROM columns c LEFT JOIN made_of m ON m.attrelid = c.attrelid AND m.attnum = c.attnum),
    'uniques', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'table', u.indrelid::bigint, 'name', u.relname, 'primary', u.indisprimary, 'columns', u.names, 'keys', u.keys,
        'condition', u.condition, 'nulls', u.nulls) ORDER BY u.relname) FROM uniques u),
    'checks', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'table', x.conrelid::bigint, 'name', x.conname, 'whole', 0 = ANY (x.conkey),
        'text', pg_catalog.pg_get_expr(x.conbin, x.conrelid),
        'columns', (SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = x.conrelid AND a.attnum = ANY (x.conkey) AND a.attnum > 0)) ORDER BY x.conname)
        FROM constraints x WHERE x.contype = 'c'),
    'domain_checks', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'domain', x.contypid::bigint, 'name', x.contypid::regtype::text || '.' || x.conname,
        'text', pg_catalog.pg_get_expr(x.conbin, 0)) ORDER BY x.conname)
        FROM pg_catalog.pg_constraint x WHERE x.contypid <> 0 AND x.contype = 'c'),
    'foreign_keys', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'table', x.conrelid::bigint, 'name', x.conname, 'deferrable', x.condeferrable, 'other', (
            SELECT s.nspname || '.' || c.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = x.confrelid),
        'columns', (SELECT pg_catalog.json_agg(a.attname ORDER BY k.at)
                    FROM pg_catalog.unnest(x.conkey) WITH ORDINALITY k (number, at)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = x.conrelid AND a.attnum = k.number),
        'references', (SELECT pg_catalog.json_agg(a.attname ORDER BY k.at)
                       FROM pg_catalog.unnest(x.confkey) WITH ORDINALITY k (number, at)
                       JOIN pg_catalog.pg_attribute a ON a.attrelid = x.confrelid AND a.attnum = k.number))
        ORDER BY x.conname)
        FROM constraints x WHERE x.contype = 'f'))
