-- What pg_dump | psql loses, or cannot load again, although the database itself works. Load it over
-- every_object_kind.sql, as superuser. Each object says what happens to it without more care.

SET client_min_messages = warning;
SET search_path = pg_catalog;
CREATE SCHEMA beyond;

-- box: constraints
-- The reader's rows are loaded before those that its constraint looks at.
CREATE TABLE beyond.z_known (v integer PRIMARY KEY);
INSERT INTO beyond.z_known SELECT generate_series(1, 10);
CREATE FUNCTION beyond.is_known(n integer) RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT EXISTS (SELECT FROM beyond.z_known WHERE v = n) $$;
CREATE TABLE beyond.a_reader (n integer CONSTRAINT known CHECK (beyond.is_known(n)));
INSERT INTO beyond.a_reader VALUES (1), (10);

-- box: data
-- The index that the value names does not exist yet when rows are loaded.
CREATE TABLE beyond.names_an_index (id integer, which regclass);
CREATE INDEX named_index ON beyond.names_an_index (id);
INSERT INTO beyond.names_an_index VALUES (1, 'beyond.named_index');

-- box: materialized views
-- The function finds its table by the database's own search_path, which a restore replaces by an empty one.
CREATE TABLE beyond.looked_up (n integer);
INSERT INTO beyond.looked_up SELECT generate_series(1, 7);
SET search_path = beyond;
CREATE FUNCTION beyond.unqualified() RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT count(*) FROM looked_up); END $$;
-- From 17 on the server itself fills materialized views with a path of its own, so there the function brings one.
SELECT current_setting('server_version_num')::integer >= 170000 AS fills_by_own_path \gset
\if :fills_by_own_path
ALTER FUNCTION beyond.unqualified() SET search_path = beyond;
\endif
CREATE MATERIALIZED VIEW beyond.by_search_path AS SELECT beyond.unqualified() AS n;
RESET search_path;
ALTER DATABASE :"DBNAME" SET search_path = beyond, tort, public;

-- box: extensions
-- Comes back in the default version, and with the comment that was taken off it.
CREATE EXTENSION isn SCHEMA ext VERSION '1.1';
COMMENT ON EXTENSION isn IS NULL;

-- box: partitions and inheritance
-- Comes back with its inherited column first.
CREATE TABLE beyond.parent (id integer);
CREATE TABLE beyond.late_child (extra text, id integer);
ALTER TABLE beyond.late_child INHERIT beyond.parent;
INSERT INTO beyond.late_child VALUES ('late', 3);

-- An enum hashes by OID, so its rows belong to other partitions once the type has been created anew.
CREATE TABLE beyond.by_enum_hash (m tort.mood, n integer) PARTITION BY HASH (m);
CREATE TABLE beyond.by_enum_hash_0 PARTITION OF beyond.by_enum_hash FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE beyond.by_enum_hash_1 PARTITION OF beyond.by_enum_hash FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE beyond.by_enum_hash_2 PARTITION OF beyond.by_enum_hash FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO beyond.by_enum_hash
    SELECT (enum_range(NULL::tort.mood))[1 + g % 4], g FROM generate_series(1, 100) AS g;

-- box: constraints
-- The row breaks a rule that was added later and never checked.
CREATE DOMAIN beyond.strict_later AS integer;
CREATE TABLE beyond.strict_later_rows (v beyond.strict_later);
INSERT INTO beyond.strict_later_rows VALUES (1000);
ALTER DOMAIN beyond.strict_later ADD CONSTRAINT below CHECK (VALUE < 100) NOT VALID;

-- box: materialized views
-- Its rows are older than its source; a restore refreshes it.
CREATE TABLE beyond.moved_on (n integer);
INSERT INTO beyond.moved_on VALUES (1);
CREATE MATERIALIZED VIEW beyond.stale AS SELECT * FROM beyond.moved_on;
UPDATE beyond.moved_on SET n = 2;

-- box: event triggers
-- pg_dump creates it before it refreshes the materialized views, so that it sees and writes down our own commands.
CREATE TABLE beyond.event_log (command text);
CREATE FUNCTION beyond.log_event() RETURNS event_trigger LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO beyond.event_log VALUES (TG_EVENT || ' ' || TG_TAG); END $$;
CREATE EVENT TRIGGER beyond_refreshed ON ddl_command_end WHEN TAG IN ('REFRESH MATERIALIZED VIEW') EXECUTE FUNCTION beyond.log_event();
