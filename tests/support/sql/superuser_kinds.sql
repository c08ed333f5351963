-- The part of every_object_kind.sql that only a superuser can create, and so only a superuser can restore.

-- box: extensions with configuration tables and their conditions
-- Both tables of this extension are dumped WHERE dump; the rows that it shipped are not.
CREATE SCHEMA units;
CREATE EXTENSION unit SCHEMA units;
INSERT INTO units.unit_prefixes (prefix, factor, definition, dump) VALUES ('tort_', 4242, '4242', true), ('untold_', 1, '1', false);
INSERT INTO units.unit_units (name, unit, shift, definition, dump) VALUES ('sluice_mile', '1609 m', NULL, '1609 m', true);
CREATE TABLE tort.measured (id integer PRIMARY KEY, u units.unit);
INSERT INTO tort.measured VALUES (1, '3 km'), (2, '15 kg*m/s^2');

-- box: foreign servers, user mappings, foreign tables
-- Nothing listens there: whoever connects gets an error.
CREATE EXTENSION postgres_fdw SCHEMA ext;
CREATE EXTENSION file_fdw SCHEMA ext;
CREATE FOREIGN DATA WRAPPER tort_wrapper HANDLER ext.postgres_fdw_handler VALIDATOR ext.postgres_fdw_validator;
CREATE SERVER tort_server TYPE 'tort' VERSION '1' FOREIGN DATA WRAPPER postgres_fdw
    OPTIONS (host '127.0.0.1', port '1', dbname 'production', application_name 'it''s tort');
CREATE SERVER tort_server_2 FOREIGN DATA WRAPPER tort_wrapper OPTIONS (host '127.0.0.1', port '1');
CREATE SERVER tort_files FOREIGN DATA WRAPPER file_fdw;
CREATE USER MAPPING FOR tort_app SERVER tort_server OPTIONS (user 'remote', password 'tort-secret-mapping');
CREATE USER MAPPING FOR PUBLIC SERVER tort_server OPTIONS (user 'anyone', password 'tort-secret-public');
CREATE FOREIGN TABLE tort.remote (id integer OPTIONS (column_name 'ID') NOT NULL, t text COLLATE "C" DEFAULT 'x' CHECK (t <> ''))
    SERVER tort_server OPTIONS (schema_name 'elsewhere', table_name 'remote');
CREATE FOREIGN TABLE tort.in_a_file (line text) SERVER tort_files OPTIONS (filename '/nonexistent/tort.csv', format 'csv');
ALTER FOREIGN TABLE tort.remote ALTER COLUMN t SET STATISTICS 50;
-- ANALYZE of the parent would connect.
CREATE TABLE tort.partly_remote (id integer, t text) PARTITION BY RANGE (id);
CREATE TABLE tort.partly_remote_here PARTITION OF tort.partly_remote FOR VALUES FROM (0) TO (100);
CREATE FOREIGN TABLE tort.partly_remote_there PARTITION OF tort.partly_remote FOR VALUES FROM (100) TO (200) SERVER tort_server;
INSERT INTO tort.partly_remote VALUES (1, 'here');
CREATE MATERIALIZED VIEW tort.of_remote AS SELECT * FROM tort.remote WITH NO DATA;
ALTER SERVER tort_server OWNER TO tort_owner;
GRANT USAGE ON FOREIGN SERVER tort_server TO tort_app WITH GRANT OPTION;
GRANT USAGE ON FOREIGN DATA WRAPPER tort_wrapper TO tort_owner;
GRANT SELECT ON tort.remote TO tort_reader;
COMMENT ON FOREIGN DATA WRAPPER tort_wrapper IS 'A wrapper';
COMMENT ON SERVER tort_server IS 'A server';
COMMENT ON FOREIGN TABLE tort.remote IS 'A foreign table';
COMMENT ON COLUMN tort.remote.t IS 'A foreign column';

-- box: publications and subscriptions
CREATE PUBLICATION tort_everything FOR ALL TABLES WITH (publish = 'truncate');
CREATE PUBLICATION tort_schemas FOR TABLES IN SCHEMA tort, "Odd ""Schéma""";
CREATE SUBSCRIPTION tort_subscription
    CONNECTION 'host=127.0.0.1 port=1 dbname=production user=replicator password=tort-secret-subscription'
    PUBLICATION "their publication"
    WITH (connect = false, enabled = false, create_slot = false, slot_name = NONE, binary = true, streaming = true);
COMMENT ON SUBSCRIPTION tort_subscription IS 'A subscription';

-- box: types, casts, operators, text search, transforms, languages
CREATE TYPE tort.shell_only;
CREATE TYPE tort.base;
CREATE FUNCTION tort.base_in(cstring) RETURNS tort.base LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION tort.base_out(tort.base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE tort.base (INPUT = tort.base_in, OUTPUT = tort.base_out, LIKE = text, CATEGORY = 'S', DELIMITER = ';', COLLATABLE = true, DEFAULT = 'none');
CREATE CAST (tort.base AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE TABLE tort.bases (b tort.base, many tort.base[]);
INSERT INTO tort.bases VALUES ('plain', '{a;"b;c"}'), (NULL, NULL);

CREATE FUNCTION tort.address_compare(a tort.address, b tort.address) RETURNS integer LANGUAGE sql IMMUTABLE LEAKPROOF
    AS $$ SELECT CASE WHEN (a).street < (b).street THEN -1 WHEN (a).street = (b).street THEN 0 ELSE 1 END $$;
CREATE FUNCTION tort.address_before(a tort.address, b tort.address) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT (a).street < (b).street $$;
CREATE OPERATOR tort.<<< (FUNCTION = tort.address_before, LEFTARG = tort.address, RIGHTARG = tort.address);
CREATE OPERATOR FAMILY tort.address_family USING btree;
CREATE OPERATOR CLASS tort.address_ops FOR TYPE tort.address USING btree FAMILY tort.address_family AS
    OPERATOR 1 tort.<<<, OPERATOR 3 tort.===, FUNCTION 1 tort.address_compare(tort.address, tort.address);
COMMENT ON OPERATOR CLASS tort.address_ops USING btree IS 'An operator class';
COMMENT ON OPERATOR FAMILY tort.address_family USING btree IS 'An operator family';
CREATE INDEX composites_by_class ON tort.composites (a tort.address_ops);

CREATE TEXT SEARCH TEMPLATE tort.template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER tort.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH CONFIGURATION tort.own_parser (PARSER = tort.parser);
ALTER TEXT SEARCH CONFIGURATION tort.own_parser ADD MAPPING FOR word, numword WITH simple;
COMMENT ON TEXT SEARCH TEMPLATE tort.template IS 'A template';
COMMENT ON TEXT SEARCH PARSER tort.parser IS 'A parser';

CREATE FUNCTION tort.language_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION tort.language_validator(oid) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE tort_language HANDLER tort.language_handler VALIDATOR tort.language_validator;
CREATE FUNCTION tort.in_own_language() RETURNS integer LANGUAGE tort_language AS 'BEGIN RETURN 42; END';
GRANT USAGE ON LANGUAGE tort_language TO tort_app;
REVOKE USAGE ON LANGUAGE tort_language FROM PUBLIC;
COMMENT ON LANGUAGE tort_language IS 'A language';
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
COMMENT ON TRANSFORM FOR integer LANGUAGE sql IS 'A transform';

-- box: access methods
CREATE ACCESS METHOD tort_heap TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON ACCESS METHOD tort_heap IS 'An access method';
CREATE TABLE tort.own_access_method (id integer PRIMARY KEY, t text) USING tort_heap;
INSERT INTO tort.own_access_method SELECT g, 'am ' || g FROM generate_series(1, 100) AS g;

-- box: event triggers
-- They write down every command that they see, so a restore that lets them fire changes this table.
CREATE TABLE tort.event_log (command text);
INSERT INTO tort.event_log VALUES ('the only row');
CREATE FUNCTION tort.log_event() RETURNS event_trigger LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO tort.event_log VALUES (TG_EVENT || ' ' || TG_TAG); END $$;
CREATE EVENT TRIGGER tort_filtered ON ddl_command_end WHEN TAG IN ('CREATE INDEX', 'ALTER TABLE', 'CREATE PUBLICATION')
    EXECUTE FUNCTION tort.log_event();
CREATE EVENT TRIGGER tort_dropped ON sql_drop EXECUTE FUNCTION tort.log_event();
CREATE EVENT TRIGGER tort_asleep ON ddl_command_start EXECUTE FUNCTION tort.log_event();
CREATE EVENT TRIGGER tort_always ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION tort.log_event();
ALTER EVENT TRIGGER tort_asleep DISABLE;
ALTER EVENT TRIGGER tort_always ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER tort_filtered IS 'An event trigger';
