-- One line for everything that holds data: name|rows|checksum of all rows in order. Two databases with the same lines
-- hold the same data. It uses nothing of the tools that it is there to check.

SET client_min_messages = warning;
SET search_path = pg_catalog;
SET DateStyle = 'ISO';
SET IntervalStyle = 'postgres';
SET TimeZone = 'UTC';
SET extra_float_digits = 3;
SET work_mem = '128MB';

SELECT format('SELECT %L, count(*), md5(string_agg(md5(t::text), '''' ORDER BY %s)) FROM %s AS t',
              'table ' || c.oid::regclass, coalesce(k.columns, 't::text COLLATE "C"'), c.oid::regclass)
FROM pg_class AS c
LEFT JOIN LATERAL (SELECT string_agg('t.' || quote_ident(a.attname) || CASE WHEN a.attcollation <> 0 THEN ' COLLATE "C"' ELSE '' END, ', ' ORDER BY p.place) AS columns
                   FROM pg_index AS i, unnest(i.indkey::smallint[]) WITH ORDINALITY AS p (number, place), pg_attribute AS a
                   WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = p.number) AS k ON true
WHERE c.relkind IN ('r', 'm') AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
ORDER BY c.oid::regclass::text COLLATE "C"
\gexec

SELECT 'large objects', count(*), md5(string_agg(oid || md5(lo_get(oid)), '' ORDER BY oid)) FROM pg_largeobject_metadata;

SELECT 'sequences', count(*), md5(string_agg(schemaname || '.' || sequencename || coalesce(last_value, -1), '' ORDER BY (schemaname || sequencename) COLLATE "C"))
FROM pg_sequences;
