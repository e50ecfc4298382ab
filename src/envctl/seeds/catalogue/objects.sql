-- Every object of a database's schema with its definition, and what of them does not do its work, as a JSON document.
-- What an extension brings along is left out; names are those of pg_identify_object. See the head of catalogue.sql.
WITH
schemas AS (
    SELECT oid, nspname FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
),
members AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'),
made AS (  -- by the server itself, for types: how many differs between versions
    SELECT classid, objid FROM pg_catalog.pg_depend
    WHERE deptype = 'i' AND classid IN ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_cast'::regclass)
),
relations AS (
    SELECT c.*, s.nspname FROM pg_catalog.pg_class c JOIN schemas s ON s.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
),
indexes AS (
    SELECT i.*, c.relname, pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct' = 'true' AS same_nulls
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN relations t ON t.oid = i.indrelid AND t.relkind IN ('r', 'p', 'm')
),
constraints AS (
    SELECT x.* FROM pg_catalog.pg_constraint x JOIN relations t ON t.oid = x.conrelid
    LEFT JOIN pg_catalog.pg_constraint p ON p.oid = x.conparentid
    WHERE x.conparentid = 0 OR p.conrelid <> x.conrelid  -- else it is a foreign key's share for a partition
),
triggers AS (
    SELECT g.* FROM pg_catalog.pg_trigger g JOIN relations t ON t.oid = g.tgrelid
),
functions AS (
    SELECT f.* FROM pg_catalog.pg_proc f JOIN schemas s ON s.oid = f.pronamespace
),
objects (class, id, kind, definition) AS (
    SELECT 'pg_catalog.pg_class'::regclass, c.oid,
           CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'f' THEN 'foreign table' WHEN 'v' THEN 'view'
                WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'type' END,
           CASE c.relkind
               WHEN 'v' THEN pg_catalog.concat_ws(' ', pg_catalog.pg_get_viewdef(c.oid), c.reloptions)
               WHEN 'm' THEN pg_catalog.concat_ws(' ', pg_catalog.pg_get_viewdef(c.oid), c.reloptions)
               WHEN 'S' THEN (SELECT pg_catalog.to_jsonb(q) - 'seqrelid' - 'seqtypid' FROM pg_catalog.pg_sequence q
                              WHERE q.seqrelid = c.oid)::text
               WHEN 'c' THEN (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(
                                  ' ', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)), ','
                                  ORDER BY a.attnum)
                              FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped)
               ELSE pg_catalog.concat_ws(' ', c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
                   c.relreplident,
                   (SELECT pg_catalog.string_agg(h.inhparent::regclass::text, ',' ORDER BY h.inhseqno)
                    FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid),
                   pg_catalog.pg_get_partkeydef(c.oid), pg_catalog.pg_get_expr(c.relpartbound, c.oid)) END
    FROM relations c WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c')
    UNION ALL
    SELECT 'pg_catalog.pg_class'::regclass, i.indexrelid, 'index', pg_catalog.concat_ws(' ', i.indisclustered,
        i.indisreplident, pg_catalog.pg_get_indexdef(i.indexrelid),
        (SELECT pg_catalog.string_agg(h.inhparent::regclass::text, ',')
         FROM pg_catalog.pg_inherits h WHERE h.inhrelid = i.indexrelid))
    FROM indexes i
    UNION ALL
    SELECT 'pg_catalog.pg_constraint'::regclass, x.oid, 'constraint', pg_catalog.pg_get_constraintdef(x.oid)
    FROM constraints x WHERE x.contype NOT IN ('n', 't')
    UNION ALL
    SELECT 'pg_catalog.pg_constraint'::regclass, x.oid, 'constraint', pg_catalog.pg_get_constraintdef(x.oid)
    FROM pg_catalog.pg_constraint x JOIN pg_catalog.pg_type t ON t.oid = x.contypid
    JOIN schemas s ON s.oid = t.typnamespace
    WHERE x.contype <> 'n' AND NOT EXISTS (
        SELECT FROM members m WHERE m.classid = 'pg_catalog.pg_type'::regclass AND m.objid = t.oid)
    UNION ALL
    SELECT 'pg_catalog.pg_trigger'::regclass, g.oid, 'trigger',
           pg_catalog.concat_ws(' ', pg_catalog.pg_get_triggerdef(g.oid), g.tgenabled)
    FROM triggers g
    WHERE NOT g.tgisinternal AND COALESCE(pg_catalog.to_jsonb(g) ->> 'tgparentid', '0') = '0'
    UNION ALL
    SELECT 'pg_catalog.pg_rewrite'::regclass, r.oid, 'rule',
           pg_catalog.concat_ws(' ', pg_catalog.pg_get_ruledef(r.oid), r.ev_enabled)
    FROM pg_catalog.pg_rewrite r JOIN relations t ON t.oid = r.ev_class WHERE r.rulename <> '_RETURN'
    UNION ALL
    SELECT 'pg_catalog.pg_policy'::regclass, p.oid, 'policy', pg_catalog.concat_ws(' ', p.polcmd, p.polpermissive,
        pg_catalog.pg_get_expr(p.polqual, p.polrelid), '|', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_catalog.pg_policy p JOIN relations t ON t.oid = p.polrelid
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::regclass, f.oid, CASE f.prokind WHEN 'a' THEN 'aggregate' ELSE 'function' END,
           CASE f.prokind WHEN 'a' THEN pg_catalog.concat_ws(' ', pg_catalog.pg_get_function_result(f.oid),
               (SELECT pg_catalog.concat_ws(' ', a.aggtransfn, a.aggfinalfn, a.agginitval)
                FROM pg_catalog.pg_aggregate a WHERE a.aggfnoid = f.oid))
           ELSE pg_catalog.pg_get_functiondef(f.oid) END
    FROM functions f
    UNION ALL
    SELECT 'pg_catalog.pg_type'::regclass, t.oid,
           CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'type' END,
           CASE t.typtype
               WHEN 'e' THEN (
                   SELECT pg_catalog.string_agg(pg_catalog.quote_literal(l.enumlabel), ',' ORDER BY l.enumsortorder)
                   FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid)
               WHEN 'd' THEN pg_catalog.concat_ws(
                   ' ', pg_catalog.format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault)
               ELSE '' END
    FROM pg_catalog.pg_type t JOIN schemas s ON s.oid = t.typnamespace WHERE t.typtype IN ('e', 'd', 'r')
    UNION ALL
    SELECT 'pg_catalog.pg_statistic_ext'::regclass, e.oid, 'statistics', pg_catalog.pg_get_statisticsobjdef(e.oid)
    FROM pg_catalog.pg_statistic_ext e JOIN schemas s ON s.oid = e.stxnamespace
    UNION ALL
    SELECT 'pg_catalog.pg_collation'::regclass, l.oid, 'collation',
           pg_catalog.concat_ws(' ', l.collprovider, l.collisdeterministic)
    FROM pg_catalog.pg_collation l JOIN schemas s ON s.oid = l.collnamespace
    UNION ALL
    SELECT 'pg_catalog.pg_operator'::regclass, o.oid, 'operator', o.oprcode::text
    FROM pg_catalog.pg_operator o JOIN schemas s ON s.oid = o.oprnamespace
    UNION ALL
    SELECT 'pg_catalog.pg_opclass'::regclass, o.oid, 'operator class', ''
    FROM pg_catalog.pg_opclass o JOIN schemas s ON s.oid = o.opcnamespace
    UNION ALL
    SELECT 'pg_catalog.pg_conversion'::regclass, o.oid, 'conversion', o.conproc::text
    FROM pg_catalog.pg_conversion o JOIN schemas s ON s.oid = o.connamespace
    UNION ALL
    SELECT 'pg_catalog.pg_ts_config'::regclass, o.oid, 'text search configuration', ''
    FROM pg_catalog.pg_ts_config o JOIN schemas s ON s.oid = o.cfgnamespace
    UNION ALL
    SELECT 'pg_catalog.pg_ts_dict'::regclass, o.oid, 'text search dictionary', o.dictinitoption
    FROM pg_catalog.pg_ts_dict o JOIN schemas s ON s.oid = o.dictnamespace
    UNION ALL  -- what has no schema: whatever came after initdb
    SELECT 'pg_catalog.pg_cast'::regclass, o.oid, 'cast',
           pg_catalog.concat_ws(' ', o.castfunc::regproc, o.castcontext, o.castmethod)
    FROM pg_catalog.pg_cast o WHERE o.oid >= 16384
    UNION ALL
    SELECT 'pg_catalog.pg_event_trigger'::regclass, o.oid, 'event trigger',
           pg_catalog.concat_ws(' ', o.evtevent, o.evtfoid::regproc, o.evttags, o.evtenabled)
    FROM pg_catalog.pg_event_trigger o
    UNION ALL
    SELECT 'pg_catalog.pg_extension'::regclass, o.oid, 'extension', ''
    FROM pg_catalog.pg_extension o WHERE o.extname <> 'plpgsql'
    UNION ALL
    SELECT 'pg_catalog.pg_foreign_server'::regclass, o.oid, 'server', '' FROM pg_catalog.pg_foreign_server o
    UNION ALL
    SELECT 'pg_catalog.pg_namespace'::regclass, o.oid, 'schema', '' FROM schemas o
)
SELECT pg_catalog.json_build_object(
    'objects', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(o.kind, i.identity, o.definition))
        FROM objects o, pg_catalog.pg_identify_object(o.class, o.id, 0) i
        WHERE (o.class, o.id) NOT IN (SELECT classid, objid FROM members UNION SELECT classid, objid FROM made)),
    'unfinished', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(u.kind, i.identity, u.state)) FROM (
        SELECT 'pg_catalog.pg_class'::regclass AS class, x.indexrelid AS id, 'index' AS kind, 'is invalid' AS state
        FROM indexes x WHERE NOT (x.indisvalid AND x.indisready)
        UNION ALL
        SELECT 'pg_catalog.pg_constraint'::regclass, x.oid, 'constraint', 'is not validated'
        FROM constraints x WHERE NOT x.convalidated
        UNION ALL
        SELECT 'pg_catalog.pg_constraint'::regclass, x.oid, 'constraint', 'is not validated'
        FROM pg_catalog.pg_constraint x WHERE x.contypid <> 0 AND NOT x.convalidated
        UNION ALL
        SELECT DISTINCT 'pg_catalog.pg_constraint'::regclass, g.tgconstraint, 'constraint',
               'does not hold: its triggers are disabled'
        FROM triggers g JOIN constraints x ON x.oid = g.tgconstraint WHERE g.tgisinternal AND g.tgenabled <> 'O'
        UNION ALL
        SELECT 'pg_catalog.pg_trigger'::regclass, g.oid, 'trigger',
               CASE g.tgenabled WHEN 'D' THEN 'is disabled' WHEN 'A' THEN 'fires always'
                                ELSE 'fires on a replica only' END
        FROM triggers g WHERE NOT g.tgisinternal AND g.tgenabled <> 'O'
        UNION ALL
        SELECT 'pg_catalog.pg_event_trigger'::regclass, g.oid, 'event trigger', 'is disabled'
        FROM pg_catalog.pg_event_trigger g WHERE g.evtenabled = 'D'
        UNION ALL
        SELECT 'pg_catalog.pg_class'::regclass, c.oid, 'materialized view', 'holds nothing: it was never refreshed'
        FROM relations c WHERE c.relkind = 'm' AND NOT c.relispopulated
    ) u, pg_catalog.pg_identify_object(u.class, u.id, 0) i))
