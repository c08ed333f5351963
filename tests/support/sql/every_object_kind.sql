-- The torture database: every kind of object, and every trap, that a restore has to bring back.
--
--   psql -v ON_ERROR_STOP=1 -f roles.sql                             (once per server, as superuser)
--   createdb -T template0 torture
--   psql -v ON_ERROR_STOP=1 -d torture -f every_object_kind.sql      (as superuser)
--
-- With -U tort_loader -v ordinary=1 the kinds that only a superuser can create (superuser_kinds.sql) are left out, and no
-- superuser owns the rest, so that a role that is a member of the tort_ roles can restore it. pg_restore as such a role
-- fails in two ways, which a restorer can avoid: grantor chains want SET ROLE where it says SET SESSION AUTHORIZATION,
-- and ALTER ... OWNER comes before the new owner has CREATE on the schema. What is in here survives pg_dump | psql without an error;
-- what does not is in beyond_pg_dump.sql. All data is the same in every load; only OIDs differ.
-- Needs the contrib extensions and ICU, and for the superuser's part the extension of Debian's postgresql-MAJOR-unit.

SET client_min_messages = warning;
SET search_path = pg_catalog;
SET TimeZone = 'UTC';

CREATE SCHEMA tort AUTHORIZATION tort_owner;
CREATE SCHEMA ext;
CREATE SCHEMA empty_schema;
CREATE SCHEMA "Odd ""Schéma""" AUTHORIZATION "tort_We""ird rôle";
COMMENT ON SCHEMA tort IS 'Most of it';

-- box: extensions
-- Placed in public, in a schema of their own, and with a changed comment and changed privileges.
CREATE EXTENSION hstore SCHEMA public;
CREATE EXTENSION citext SCHEMA ext;
CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE EXTENSION btree_gist SCHEMA ext;
COMMENT ON EXTENSION hstore IS 'Our own words about hstore';
REVOKE EXECUTE ON FUNCTION ext.similarity(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ext.similarity(text, text) TO tort_app;

CREATE TABLE tort.uses_extensions (
    id      integer PRIMARY KEY,
    tags    public.hstore,
    email   ext.citext UNIQUE,
    title   text
);
CREATE INDEX uses_extensions_title ON tort.uses_extensions USING gin (title ext.gin_trgm_ops);
INSERT INTO tort.uses_extensions VALUES
    (1, 'a=>1, b=>NULL, "quoted key"=>"quoted \"value\""', 'Ann@Example.org', 'the quick brown fox'),
    (2, '', 'BOB@example.org', NULL),
    (3, NULL, NULL, 'jumps over');

-- box: comments, types, casts, operators, text search, rules, transforms, languages, procedures
CREATE TYPE tort.mood AS ENUM ('happy', 'sad');
ALTER TYPE tort.mood ADD VALUE 'furious' BEFORE 'happy';
ALTER TYPE tort.mood ADD VALUE 'it''s complicated' AFTER 'happy';
COMMENT ON TYPE tort.mood IS 'The labels'' order is not the order of their creation';

CREATE TYPE tort.no_labels AS ENUM ();
CREATE TYPE tort.address AS (street text COLLATE "C", "house no" integer, moods tort.mood[]);
COMMENT ON COLUMN tort.address."house no" IS 'On a column of a composite type';
CREATE TYPE tort.empty_composite AS ();
CREATE TYPE tort.float_range AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = tort.float_ranges);

CREATE DOMAIN tort.positive AS integer DEFAULT 1 CONSTRAINT positive_check CHECK (VALUE > 0);
CREATE DOMAIN tort.short_text AS varchar(20) COLLATE "C" NOT NULL;
CREATE DOMAIN tort.positives AS tort.positive[];
COMMENT ON DOMAIN tort.positive IS 'Above zero';
COMMENT ON CONSTRAINT positive_check ON DOMAIN tort.positive IS 'On a constraint of a domain';
GRANT USAGE ON TYPE tort.mood TO tort_app WITH GRANT OPTION;
REVOKE USAGE ON DOMAIN tort.positive FROM PUBLIC;

CREATE FUNCTION tort.mood_rank(m tort.mood) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT CASE m::text WHEN 'furious' THEN 0 WHEN 'sad' THEN 1 ELSE 2 END $$;
CREATE CAST (tort.mood AS integer) WITH FUNCTION tort.mood_rank(tort.mood) AS ASSIGNMENT;
COMMENT ON CAST (tort.mood AS integer) IS 'How happy';
CREATE CAST (tort.address AS text) WITH INOUT;

CREATE FUNCTION tort.address_same(a tort.address, b tort.address) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT (a).street = (b).street $$;
CREATE OPERATOR tort.=== (FUNCTION = tort.address_same, LEFTARG = tort.address, RIGHTARG = tort.address,
    COMMUTATOR = OPERATOR(tort.===), RESTRICT = eqsel, JOIN = eqjoinsel);
COMMENT ON OPERATOR tort.=== (tort.address, tort.address) IS 'Same street';
CREATE FUNCTION tort.shout(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(t) || '!' $$;
CREATE OPERATOR tort.!! (FUNCTION = tort.shout, RIGHTARG = text);

CREATE FUNCTION tort.add_all(state numeric, VARIADIC n numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE
    AS $$ SELECT state + (SELECT sum(x) FROM unnest(n) AS x) $$;
CREATE FUNCTION tort.numeric_second(state numeric, n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE
    AS $$ SELECT state * 10 + n $$;
CREATE AGGREGATE tort.digits(numeric) (SFUNC = tort.numeric_second, STYPE = numeric, INITCOND = '0', PARALLEL = SAFE);
CREATE AGGREGATE tort.total(VARIADIC numeric[]) (SFUNC = tort.add_all, STYPE = numeric, INITCOND = '0');
CREATE FUNCTION tort.first_of(state text, x text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(state, x) $$;
CREATE AGGREGATE tort.smallest_text(p text ORDER BY x text) (SFUNC = tort.first_of, STYPE = text);
COMMENT ON AGGREGATE tort.digits(numeric) IS 'Digits in a row';

CREATE TEXT SEARCH DICTIONARY tort.plain_words (TEMPLATE = pg_catalog.simple, STOPWORDS = english, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION tort.half_english (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION tort.half_english ALTER MAPPING FOR asciiword WITH tort.plain_words, english_stem;
ALTER TEXT SEARCH CONFIGURATION tort.half_english DROP MAPPING FOR url;
COMMENT ON TEXT SEARCH DICTIONARY tort.plain_words IS 'Words as they are';
COMMENT ON TEXT SEARCH CONFIGURATION tort.half_english IS 'Half of it';
CREATE CONVERSION tort.latin_to_utf8 FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
COMMENT ON CONVERSION tort.latin_to_utf8 IS 'A conversion';

CREATE FUNCTION tort.with_everything(a integer, INOUT b text DEFAULT 'it''s', OUT c integer, VARIADIC d integer[] DEFAULT '{}')
    RETURNS record LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER PARALLEL RESTRICTED COST 17
    SET search_path = tort, pg_temp SET work_mem = '5MB'
    AS $body$ BEGIN c := a + coalesce(array_length(d, 1), 0); b := b || $q$ \ 'quoted' $q$; END $body$;
CREATE FUNCTION "Odd ""Schéma""".returns_rows(n integer) RETURNS TABLE (i integer, "Ä" text) LANGUAGE sql ROWS 5
    AS $$ SELECT g, repeat('ä', g) FROM generate_series(1, n) AS g $$;
CREATE FUNCTION tort.poly(x anyelement, y anyarray) RETURNS anyarray LANGUAGE sql AS $$ SELECT x || y $$;
CREATE PROCEDURE tort.do_nothing(INOUT n integer) LANGUAGE plpgsql AS $$ BEGIN n := n + 1; COMMIT; END $$;
COMMENT ON FUNCTION tort.poly(anyelement, anyarray) IS 'Polymorphic';
COMMENT ON PROCEDURE tort.do_nothing(integer) IS E'Two lines\nand a \\ in the second';
REVOKE ALL ON FUNCTION tort.shout(text) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE tort.do_nothing(integer) TO tort_app;
ALTER FUNCTION tort.shout(text) OWNER TO tort_owner;

-- box: collations
CREATE COLLATION tort.no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION tort.phone_book (provider = icu, locale = 'de-u-co-phonebk');
CREATE COLLATION tort.like_c FROM "C";
COMMENT ON COLLATION tort.no_case IS 'A = a';
CREATE TABLE tort.collated (
    folded  text COLLATE tort.no_case PRIMARY KEY,
    german  text COLLATE tort.phone_book,
    bytes   text COLLATE "C"
);
CREATE INDEX collated_german ON tort.collated (german COLLATE tort.phone_book DESC NULLS LAST, bytes COLLATE "POSIX");
INSERT INTO tort.collated VALUES ('Straße', 'Ärger', 'ä'), ('ZEBRA', 'Aerger', 'Z'), ('zoo', 'Arger', 'a');

-- box: sequences and identity
CREATE SEQUENCE tort.never_called START 100;
CREATE SEQUENCE tort.called_once START 100;
CREATE SEQUENCE tort.set_but_not_called;
CREATE SEQUENCE tort.small_cycle AS smallint MINVALUE -3 MAXVALUE 3 START -3 CYCLE CACHE 5;
CREATE SEQUENCE tort.downwards INCREMENT -7 MINVALUE -1000 MAXVALUE -1 START -1;
CREATE SEQUENCE tort.exhausted MAXVALUE 2;
CREATE SEQUENCE tort.near_the_end MAXVALUE 9223372036854775807;
CREATE UNLOGGED SEQUENCE tort.unlogged_sequence;
SELECT nextval('tort.called_once'), setval('tort.set_but_not_called', 77, false), nextval('tort.downwards'),
       nextval('tort.downwards'), setval('tort.exhausted', 2, true), setval('tort.near_the_end', 9223372036854775806),
       setval('tort.small_cycle', 3, true), nextval('tort.unlogged_sequence');
COMMENT ON SEQUENCE tort.called_once IS 'Next is 101';
GRANT USAGE ON SEQUENCE tort.called_once TO tort_app;
GRANT SELECT, UPDATE ON SEQUENCE tort.never_called TO tort_reader;

CREATE TABLE tort.serials (id serial PRIMARY KEY, big bigserial, small smallserial, note text);
INSERT INTO tort.serials (note) SELECT 'row ' || g FROM generate_series(1, 10) AS g;
ALTER SEQUENCE tort.serials_big_seq RENAME TO "serial, renamed";
ALTER TABLE tort.serials RENAME COLUMN small TO tiny;
CREATE SEQUENCE "Odd ""Schéma""".owned_from_afar;
CREATE TABLE tort.owns_a_sequence (id bigint DEFAULT nextval('"Odd ""Schéma""".owned_from_afar') PRIMARY KEY, n integer);
ALTER SEQUENCE "Odd ""Schéma""".owned_from_afar OWNER TO CURRENT_USER;
ALTER SEQUENCE tort.never_called OWNED BY NONE;
INSERT INTO tort.owns_a_sequence (n) VALUES (1), (2);
CREATE TABLE tort.shares_a_sequence (id integer DEFAULT nextval('tort.serials_id_seq'), n integer);
INSERT INTO tort.shares_a_sequence (n) VALUES (11);

CREATE TABLE tort.identities (
    always      bigint GENERATED ALWAYS AS IDENTITY (START WITH 1000 INCREMENT BY 10 CACHE 3),
    by_default  integer GENERATED BY DEFAULT AS IDENTITY (MINVALUE -50 MAXVALUE 50 START WITH -50 CYCLE),
    n           integer
);
INSERT INTO tort.identities (n) SELECT generate_series(1, 5);
INSERT INTO tort.identities (always, by_default, n) OVERRIDING SYSTEM VALUE VALUES (5, 42, 6);
ALTER TABLE tort.identities ALTER COLUMN by_default RESTART WITH 17;
CREATE TABLE tort.identity_never_used (id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT BY -1 MINVALUE -100 START WITH -1) PRIMARY KEY);

-- box: generated columns, dropped columns
CREATE FUNCTION tort.twice(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT n * 2 $$;
CREATE TABLE tort.generated (
    gone_first  integer,
    doubled     numeric GENERATED ALWAYS AS (tort.twice(price)) STORED,
    price       numeric(10, 2),
    gone_later  text,
    label       text GENERATED ALWAYS AS ('price ' || price::text) STORED NOT NULL,
    id          integer PRIMARY KEY
);
INSERT INTO tort.generated (gone_first, price, gone_later, id)
    SELECT g, g * 1.25, 'dropped ' || g, g FROM generate_series(1, 20) AS g;
ALTER TABLE tort.generated DROP COLUMN gone_first, DROP COLUMN gone_later;
ALTER TABLE tort.generated ADD COLUMN late integer DEFAULT 7, ADD COLUMN late_twice integer GENERATED ALWAYS AS (late * 2) STORED;
CREATE INDEX generated_doubled ON tort.generated (doubled);
CREATE TABLE tort.only_generated (a integer GENERATED ALWAYS AS (1 + 1) STORED);
INSERT INTO tort.only_generated DEFAULT VALUES;
INSERT INTO tort.only_generated DEFAULT VALUES;
-- A default that the rows before it never stored.
CREATE TABLE tort.missing_values (id integer PRIMARY KEY);
INSERT INTO tort.missing_values SELECT generate_series(1, 5);
ALTER TABLE tort.missing_values ADD COLUMN added text DEFAULT 'never written' NOT NULL, ADD COLUMN no_default integer;

-- box: partitions and inheritance
CREATE TABLE tort.by_range (
    id      integer NOT NULL,
    at      date NOT NULL,
    note    text DEFAULT 'from the root',
    amount  numeric CHECK (amount >= 0),
    twice   numeric GENERATED ALWAYS AS (amount * 2) STORED,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE tort.by_range_2023 PARTITION OF tort.by_range FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE tort.by_range_2024 (
    junk    integer,
    note    text DEFAULT 'from the partition',
    twice   numeric GENERATED ALWAYS AS (amount * 2) STORED,
    amount  numeric CONSTRAINT by_range_amount_check CHECK (amount >= 0) CONSTRAINT only_here CHECK (amount < 1000000),
    at      date NOT NULL,
    id      integer NOT NULL
);
ALTER TABLE tort.by_range_2024 DROP COLUMN junk;
ALTER TABLE tort.by_range ATTACH PARTITION tort.by_range_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE tort.by_range_rest PARTITION OF tort.by_range DEFAULT PARTITION BY RANGE (id);
CREATE TABLE "Odd ""Schéma""".by_range_rest_known PARTITION OF tort.by_range_rest FOR VALUES FROM (MINVALUE) TO (780)
    PARTITION BY HASH (id);
CREATE TABLE tort.by_range_rest_known_0 PARTITION OF "Odd ""Schéma""".by_range_rest_known FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE tort.by_range_rest_known_1 PARTITION OF "Odd ""Schéma""".by_range_rest_known FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE tort.by_range_rest_other PARTITION OF tort.by_range_rest DEFAULT;
ALTER TABLE tort.by_range_2023 OWNER TO tort_owner;
ALTER TABLE tort.by_range_2023 ADD CONSTRAINT by_range_2023_note UNIQUE (note, id);
INSERT INTO tort.by_range (id, at, note, amount)
    SELECT g, date '2023-01-01' + g * 2, CASE g % 5 WHEN 0 THEN 'a' WHEN 1 THEN 'b' WHEN 2 THEN NULL ELSE 'n' || g END, g % 7
    FROM generate_series(1, 800) AS g;

-- One index on the whole, made from parts that had their own names; one that never became valid for lack of parts.
CREATE INDEX by_range_amount ON ONLY tort.by_range (amount);
CREATE INDEX "part of 2023" ON tort.by_range_2023 (amount);
CREATE INDEX by_range_2024_amount ON tort.by_range_2024 (amount) WITH (fillfactor = 60);
CREATE INDEX by_range_rest_amount ON tort.by_range_rest (amount);
ALTER INDEX tort.by_range_amount ATTACH PARTITION tort."part of 2023";
ALTER INDEX tort.by_range_amount ATTACH PARTITION tort.by_range_2024_amount;
ALTER INDEX tort.by_range_amount ATTACH PARTITION tort.by_range_rest_amount;
CREATE INDEX by_range_incomplete ON ONLY tort.by_range (note);
CREATE INDEX by_range_2023_incomplete ON tort.by_range_2023 (note);
ALTER INDEX tort.by_range_incomplete ATTACH PARTITION tort.by_range_2023_incomplete;
COMMENT ON INDEX tort."part of 2023" IS 'A part';

CREATE TABLE tort.by_range_of_two (a integer, b integer) PARTITION BY RANGE (a, b);
CREATE TABLE tort.by_range_of_two_low PARTITION OF tort.by_range_of_two FOR VALUES FROM (MINVALUE, MINVALUE) TO (10, 5);
CREATE TABLE tort.by_range_of_two_high PARTITION OF tort.by_range_of_two FOR VALUES FROM (10, 5) TO (MAXVALUE, MAXVALUE);
INSERT INTO tort.by_range_of_two SELECT g, 20 - g FROM generate_series(1, 20) AS g;

CREATE TABLE tort.by_list (k text, n integer) PARTITION BY LIST (k);
CREATE TABLE tort.by_list_null PARTITION OF tort.by_list FOR VALUES IN ('a', 'b''s', NULL);
CREATE TABLE tort.by_list_rest PARTITION OF tort.by_list DEFAULT;
INSERT INTO tort.by_list VALUES ('a', 1), (NULL, 2), ('b''s', 3), ('other', 4);

CREATE TABLE tort.by_expression (t text, n integer) PARTITION BY LIST ((lower(t)));
CREATE TABLE tort.by_expression_x PARTITION OF tort.by_expression FOR VALUES IN ('x');
CREATE TABLE tort.by_expression_y PARTITION OF tort.by_expression FOR VALUES IN ('y');
INSERT INTO tort.by_expression VALUES ('X', 1), ('x', 2), ('Y', 3);

CREATE TABLE tort.by_text_hash (k text PRIMARY KEY, n integer) PARTITION BY HASH (k);
CREATE TABLE tort.by_text_hash_0 PARTITION OF tort.by_text_hash FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE tort.by_text_hash_1 PARTITION OF tort.by_text_hash FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE tort.by_text_hash_2 PARTITION OF tort.by_text_hash FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO tort.by_text_hash SELECT 'key ' || g, g FROM generate_series(1, 300) AS g;

CREATE TABLE tort.without_partitions (n integer) PARTITION BY LIST (n);
CREATE TABLE tort.once_a_partition PARTITION OF tort.by_range_of_two DEFAULT;
ALTER TABLE tort.by_range_of_two DETACH PARTITION tort.once_a_partition;

CREATE TABLE tort.parent (id integer, kind text CONSTRAINT kind_known CHECK (kind <> ''), CONSTRAINT for_parent CHECK (id > 0) NO INHERIT);
CREATE TABLE tort.other_parent (id integer, extra text);
CREATE TABLE tort.child (own integer, kind text CONSTRAINT kind_known CHECK (kind <> ''), CONSTRAINT own_only CHECK (own < 100))
    INHERITS (tort.parent, tort.other_parent);
CREATE TABLE tort.grandchild () INHERITS (tort.child);
ALTER TABLE tort.grandchild ALTER COLUMN kind SET DEFAULT 'grand', ALTER COLUMN own SET NOT NULL;
INSERT INTO tort.parent VALUES (1, 'parent'), (2, 'parent');
INSERT INTO tort.other_parent VALUES (-1, 'other');
INSERT INTO tort.child (id, kind, extra, own) VALUES (-5, 'child', 'x', 1);
INSERT INTO tort.grandchild (id, extra, own) VALUES (7, NULL, 99);
CREATE TABLE tort.of_type OF tort.address (street NOT NULL, "house no" WITH OPTIONS DEFAULT 1);
INSERT INTO tort.of_type VALUES ('High Street', 3, '{happy,"it''s complicated"}');

-- box: large objects
SELECT lo_from_bytea(424242, 'small, with a known number');
SELECT lo_from_bytea(424243, (SELECT string_agg(decode(md5(g::text), 'hex'), '' ORDER BY g) FROM generate_series(1, 150000) AS g));
SELECT lo_create(424244);
SELECT lo_from_bytea(424245, decode('000102ff', 'hex'));
-- A hole of 3 MiB, and an end in the middle of a page.
SELECT lo_create(424246), lo_put(424246, 3145728, 'behind the hole');
SELECT lo_from_bytea(4294967290, 'near the last OID');
SELECT count(lo_from_bytea(500000 + g, convert_to('batch ' || g, 'UTF8'))) FROM generate_series(1, 300) AS g;
COMMENT ON LARGE OBJECT 424242 IS 'A comment on a large object';
ALTER LARGE OBJECT 424243 OWNER TO tort_owner;
GRANT SELECT ON LARGE OBJECT 424243 TO tort_reader;
GRANT SELECT, UPDATE ON LARGE OBJECT 424245 TO tort_app WITH GRANT OPTION;
CREATE TABLE tort.attachments (id integer PRIMARY KEY, content oid);
INSERT INTO tort.attachments VALUES (1, 424242), (2, 424243), (3, NULL), (4, 4294967290);

-- box: constraints
CREATE TABLE tort.hen (id integer PRIMARY KEY, egg integer NOT NULL);
CREATE TABLE tort.egg (id integer PRIMARY KEY, hen integer NOT NULL REFERENCES tort.hen DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE tort.hen ADD CONSTRAINT hen_egg FOREIGN KEY (egg) REFERENCES tort.egg DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO tort.hen SELECT g, 101 - g FROM generate_series(1, 100) AS g;
INSERT INTO tort.egg SELECT g, 101 - g FROM generate_series(1, 100) AS g;
COMMIT;
COMMENT ON CONSTRAINT hen_egg ON tort.hen IS 'Circular';

CREATE TABLE tort.tree (id integer PRIMARY KEY, parent integer REFERENCES tort.tree ON DELETE CASCADE ON UPDATE SET NULL);
INSERT INTO tort.tree SELECT g, nullif(g / 2, 0) FROM generate_series(1, 63) AS g ORDER BY g DESC;

CREATE TABLE tort.constrained (
    id        integer CONSTRAINT "the key" PRIMARY KEY,
    position  integer CONSTRAINT position_once UNIQUE DEFERRABLE INITIALLY IMMEDIATE,
    maybe     integer,
    a         integer,
    b         integer,
    during    int4range,
    room      integer,
    CONSTRAINT one_null_only UNIQUE NULLS NOT DISTINCT (maybe),
    CONSTRAINT with_payload UNIQUE (a, b) INCLUDE (position),
    CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room > 0) DEFERRABLE
);
INSERT INTO tort.constrained VALUES (1, 1, NULL, 1, 1, '[1,5)', 1), (2, 2, 1, 1, 2, '[5,9)', 1), (3, 3, 2, 2, 1, '[1,9)', 0);
ALTER TABLE tort.constrained ADD CONSTRAINT not_checked_yet CHECK (id < 3) NOT VALID;
ALTER TABLE tort.constrained ADD CONSTRAINT orphan_allowed FOREIGN KEY (room) REFERENCES tort.tree NOT VALID;
COMMENT ON CONSTRAINT no_overlap ON tort.constrained IS 'Exclusion';

CREATE TABLE tort.full_match (a integer, b integer, t integer,
    FOREIGN KEY (a, b) REFERENCES tort.constrained (a, b) MATCH FULL ON DELETE SET NULL ON UPDATE CASCADE,
    FOREIGN KEY (t) REFERENCES tort.tree ON DELETE SET DEFAULT);
INSERT INTO tort.full_match VALUES (1, 1, 1), (NULL, NULL, 2);
CREATE TABLE tort.set_null_of_one (tenant integer, tree integer REFERENCES tort.tree ON DELETE SET NULL (tree));
INSERT INTO tort.set_null_of_one VALUES (1, 5);
CREATE TABLE tort.points_at_partitions (id integer, at date, FOREIGN KEY (id, at) REFERENCES tort.by_range) PARTITION BY LIST (id);
CREATE TABLE tort.points_at_partitions_1 PARTITION OF tort.points_at_partitions FOR VALUES IN (1, 2, 3);
INSERT INTO tort.points_at_partitions VALUES (1, '2023-01-03');

-- Reads a table whose name, and so whose place in a dump, comes before its own.
CREATE TABLE tort.allowed_values (v integer PRIMARY KEY);
INSERT INTO tort.allowed_values SELECT generate_series(1, 10);
CREATE FUNCTION tort.is_allowed(n integer) RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT EXISTS (SELECT FROM tort.allowed_values WHERE v = n) $$;
CREATE TABLE tort.checked_by_function (n integer CHECK (tort.is_allowed(n)));
INSERT INTO tort.checked_by_function VALUES (1), (10);

CREATE DOMAIN tort.later_constrained AS integer;
CREATE TABLE tort.uses_later_constrained (v tort.later_constrained);
INSERT INTO tort.uses_later_constrained VALUES (1), (1000);
ALTER DOMAIN tort.later_constrained ADD CONSTRAINT below_hundred CHECK (VALUE < 100) NOT VALID;

-- box: unlogged tables
CREATE UNLOGGED TABLE tort.unlogged (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text);
INSERT INTO tort.unlogged (t) SELECT 'u' || g FROM generate_series(1, 50) AS g;

-- box: tablespaces, storage, options, statistics, cluster mark, replica identity
CREATE TABLE tort.elsewhere (id integer PRIMARY KEY USING INDEX TABLESPACE tort_space, t text) TABLESPACE tort_space;
CREATE INDEX elsewhere_t ON tort.elsewhere (t) TABLESPACE pg_default;
INSERT INTO tort.elsewhere SELECT g, 'elsewhere ' || g FROM generate_series(1, 10) AS g;
CREATE TABLE tort.stored (
    id       integer PRIMARY KEY,
    external text,
    main     text,
    plain    text,
    lz       text COMPRESSION lz4,
    pg       text COMPRESSION pglz
) WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false, parallel_workers = 3,
        user_catalog_table = true, toast_tuple_target = 256);
ALTER TABLE tort.stored ALTER COLUMN external SET STORAGE EXTERNAL, ALTER COLUMN main SET STORAGE MAIN,
    ALTER COLUMN plain SET STORAGE PLAIN;
ALTER TABLE tort.stored ALTER COLUMN lz SET STATISTICS 750, ALTER COLUMN pg SET STATISTICS 0,
    ALTER COLUMN external SET (n_distinct = -0.5, n_distinct_inherited = 17);
INSERT INTO tort.stored SELECT g, repeat('external ' || g, 2000), repeat('main ' || g, 500), 'plain', repeat('lz ' || g, 4000),
    repeat('pg ' || g, 4000) FROM generate_series(1, 12) AS g;
CREATE INDEX stored_expression ON tort.stored ((length(lz) + id), upper(main)) WITH (fillfactor = 55, deduplicate_items = off);
ALTER INDEX tort.stored_expression ALTER COLUMN 1 SET STATISTICS 333;
CREATE UNIQUE INDEX stored_partial ON tort.stored (plain, id) INCLUDE (pg) WHERE id > 3;
CREATE INDEX stored_brin ON tort.stored USING brin (id) WITH (pages_per_range = 4, autosummarize = on);
CREATE INDEX stored_hash ON tort.stored USING hash (main);
CREATE INDEX stored_spgist ON tort.stored USING spgist (plain text_ops);
CREATE INDEX stored_pattern ON tort.stored (plain text_pattern_ops DESC NULLS FIRST);
CREATE INDEX stored_gin ON tort.stored USING gin (to_tsvector('tort.half_english', main)) WITH (fastupdate = off);
CLUSTER tort.stored USING stored_pkey;
COMMENT ON INDEX tort.stored_expression IS 'On an expression';

CREATE STATISTICS tort.kinds (ndistinct, dependencies) ON id, plain FROM tort.stored;
CREATE STATISTICS "Odd ""Schéma""".most_common (mcv) ON plain, (length(main)) FROM tort.stored;
ALTER STATISTICS tort.kinds SET STATISTICS 123;
COMMENT ON STATISTICS tort.kinds IS 'Extended statistics';

CREATE TABLE tort.identity_full (a integer, b text);
ALTER TABLE tort.identity_full REPLICA IDENTITY FULL;
CREATE TABLE tort.identity_nothing (a integer PRIMARY KEY);
ALTER TABLE tort.identity_nothing REPLICA IDENTITY NOTHING;
CREATE TABLE tort.identity_index (a integer NOT NULL, b integer);
CREATE UNIQUE INDEX identity_index_a ON tort.identity_index (a);
ALTER TABLE tort.identity_index REPLICA IDENTITY USING INDEX identity_index_a;

-- box: names
CREATE TABLE "Odd ""Schéma"""."we""ird ta'ble" ("col""umn" integer PRIMARY KEY, "it's" text, "%s $1 \ {}" integer, "select" text, " padded " text);
INSERT INTO "Odd ""Schéma"""."we""ird ta'ble" VALUES (1, 'x', 2, 'y', 'z');
CREATE TABLE tort."two
lines; DROP TABLE tort.hen; --" ("new
line" integer, "tab	bed" integer);
INSERT INTO tort."two
lines; DROP TABLE tort.hen; --" VALUES (1, 2);
COMMENT ON TABLE tort."two
lines; DROP TABLE tort.hen; --" IS E'A comment\nwith a line break, a \\ and a '' and \\.';
CREATE TABLE tort."sixty-three bytes of a name, which is as long as a name can be." (a integer);
INSERT INTO tort."sixty-three bytes of a name, which is as long as a name can be." VALUES (63);
CREATE TABLE tort."Größe_日本語_Привет_🐘" ("Ünï" text PRIMARY KEY, "列" integer);
INSERT INTO tort."Größe_日本語_Привет_🐘" VALUES ('naïve 🐘', 1);
CREATE TABLE tort."UPPER.lower" ("A.b" integer, "a.B" integer);
INSERT INTO tort."UPPER.lower" VALUES (1, 2);
CREATE TABLE "Odd ""Schéma"""."table" ("from" integer, "user" text);
CREATE INDEX "index on ""select""" ON "Odd ""Schéma"""."we""ird ta'ble" ("select");

-- box: data
CREATE TABLE tort.zero_columns ();
INSERT INTO tort.zero_columns DEFAULT VALUES;
INSERT INTO tort.zero_columns DEFAULT VALUES;
INSERT INTO tort.zero_columns DEFAULT VALUES;
CREATE TABLE tort.all_columns_dropped (a integer, b text);
INSERT INTO tort.all_columns_dropped VALUES (1, 'x'), (2, 'y');
ALTER TABLE tort.all_columns_dropped DROP COLUMN a, DROP COLUMN b;
CREATE TABLE tort.empty (id integer PRIMARY KEY, t text);
CREATE TABLE tort.emptied (id integer PRIMARY KEY);
INSERT INTO tort.emptied SELECT generate_series(1, 10000);
DELETE FROM tort.emptied;
SELECT 'CREATE TABLE tort.as_wide_as_can_be (' || string_agg('c' || g || ' integer', ', ' ORDER BY g) || ')'
FROM generate_series(1, 1600) AS g
\gexec
INSERT INTO tort.as_wide_as_can_be (c1, c800, c1600) VALUES (1, 800, 1600);

CREATE TABLE tort.floats (id integer PRIMARY KEY, f8 double precision, f4 real);
INSERT INTO tort.floats VALUES
    (1, 'NaN', 'NaN'), (2, 'Infinity', 'Infinity'), (3, '-Infinity', '-Infinity'), (4, '-0', '-0'),
    (5, 5e-324, 1e-45), (6, 1.7976931348623157e308, 3.4028235e38), (7, 0.1, 0.1), (8, 1.0 / 3, 1.0 / 3),
    (9, 0.30000000000000004, 16777217), (10, -2.2250738585072014e-308, -1.1754944e-38), (11, NULL, NULL);
CREATE TABLE tort.numerics (id integer PRIMARY KEY, n numeric, scaled numeric(30, 10), negative_scale numeric(5, -3), m money);
INSERT INTO tort.numerics VALUES
    (1, 'NaN', 'NaN', 'NaN', 0), (2, 'Infinity', 1.5, 12345000, 1234.56), (3, '-Infinity', -0.0000000001, -999000, -0.01),
    (4, ('1e1000')::numeric + 1, 12345678901234567890.0123456789, 0, NULL), (5, '1e-1000', 0, NULL, NULL), (6, '1.10', '1.1', 1000, 1);
CREATE TABLE tort.times (id integer PRIMARY KEY, ts timestamp, tz timestamptz, d date, t time, ttz timetz, i interval, i_sec interval second(2), ts0 timestamptz(0));
INSERT INTO tort.times VALUES
    (1, 'infinity', 'infinity', 'infinity', '24:00:00', '24:00:00+15:59', '1 year 2 mons -3 days 04:05:06.789012', '1.239', '2020-02-29 23:59:59.6+00'),
    (2, '-infinity', '-infinity', '-infinity', '00:00', '00:00-15:59', '-178000000 years', '59.99', NULL),
    (3, '4713-01-01 00:00:00 BC', '4713-01-01 00:00:00+00 BC', '4713-01-01 BC', '12:34:56.789', '12:00:00.000001+05:45', '-1 mon +1 day -00:00:00.000001', '-0.5', '1999-12-31 23:30:00-01'),
    (4, '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '5874897-12-31', '23:59:59.999999', '23:59:59.999999-00:30', '0', '0', '0044-03-15 12:00:00+00 BC'),
    (5, '2001-02-03 04:05:06.7', '2021-10-31 02:30:00+02', '0001-01-01', NULL, NULL, '1 day -25:00:00', NULL, NULL);
CREATE TABLE tort.texts (id integer PRIMARY KEY, t text, c char(5), v varchar(8), n name, ch "char");
INSERT INTO tort.texts VALUES
    (1, '', '', '', '', ''), (2, '\N', '\N', '\N', '\N', 'N'), (3, NULL, NULL, NULL, NULL, NULL), (4, '\.', '\.', '\.', '\.', '\'),
    (5, E'tab\there\nnew line\r\nreturn\b\f\v back', 'ab', E'\t', E'a\nb', E'\n'), (6, E'\x01\x02\x1f\x7f', E'\x01', E'\x7f', 'x', E'\x7f'),
    (7, E'\U0010FFFF \u00e9 e\u0301 \ufeff \u200b \u202e', 'éé', '日本', 'ñ', 'a'), (8, E'back\\slash \\n \\t \\\\ \\x41', '\', '\\', '\', 'b'),
    (9, E'$$ $1 :x :''x'' "q" ''s'' `c` %s {} -- /* */', '  x', ' y ', ' z ', 'c'), (10, E'\\.\n\\.\n', E'\n', E'\r', E'\r\n', E'\r');
CREATE TABLE tort.bytes (id integer PRIMARY KEY, b bytea);
INSERT INTO tort.bytes VALUES (1, ''), (2, decode('00', 'hex')), (3, NULL), (4, '\x5c2e0a'),
    (5, (SELECT string_agg(decode(lpad(to_hex(g), 2, '0'), 'hex'), '' ORDER BY g) FROM generate_series(0, 255) AS g));
CREATE TABLE tort.documents (id integer PRIMARY KEY, j json, jb jsonb, jp jsonpath, x xml, tv tsvector, tq tsquery);
INSERT INTO tort.documents VALUES
    (1, '{"b" : 1,  "a":2, "b": 3, "esc": "\u00e9\n\\"}', '{"b": 1, "a": [1, 2.50, null, {"x": "\"\\"}], "n": 1e400}', '$.a[*] ? (@ > 1)',
     '<?xml version="1.0"?><a b="c">&lt;&#233;</a>', $$'it''s':1A,3 'fox':2B 'back\\slash':4$$, $$'a' & !('b' | 'c':*A) <2> 'd'$$),
    (2, 'null', 'null', 'strict $', '<!-- content --><x/><y/>', '', ''), (3, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE tort.arrays (id integer PRIMARY KEY, i integer[], t text[], multi integer[][], m tort.mood[], addr tort.address[], p tort.positives);
INSERT INTO tort.arrays VALUES
    (1, '{}', '{}', '{{1,2},{3,4}}', '{}', '{}', '{1}'),
    (2, '[-2:0]={1,NULL,3}', ARRAY['NULL', NULL, '', 'a,b', '{x}', 'q"q', E'b\\s', E'n\nl'], '[0:1][5:6]={{1,NULL},{3,4}}',
     '{furious,"it''s complicated"}', ARRAY[ROW('a "b", c', 1, '{sad}')::tort.address, ROW(NULL, NULL, NULL)::tort.address, NULL], '{3,2,1}');
CREATE TABLE tort.composites (id integer PRIMARY KEY, a tort.address, e tort.empty_composite, d tort.positive, s tort.short_text);
INSERT INTO tort.composites VALUES (1, ROW('back\slash "q"', NULL, '{happy}'), ROW(), 5, ''), (2, ROW(NULL, NULL, NULL), NULL, NULL, 'x');
CREATE TABLE tort.ranges (id integer PRIMARY KEY, i int4range, n numrange, ts tstzrange, f tort.float_range, mi int4multirange, mf tort.float_ranges);
INSERT INTO tort.ranges VALUES
    (1, 'empty', '(,)', '[2020-01-01 00:00+00,infinity)', '[0.1,0.3)', '{}', '{[1,2],(3,4)}'),
    (2, '[1,10]', '[NaN,NaN]', '(-infinity,2020-01-01 00:00+00]', '(-Infinity,NaN)', '{[1,2),[5,)}', '{}');
CREATE TABLE tort.shapes (id integer PRIMARY KEY, p point, l line, s lseg, b box, o path, c path, g polygon, r circle);
INSERT INTO tort.shapes VALUES (1, '(0.1,-1e300)', '{1,-1,0.3}', '((0,0),(1,1))', '((2,2),(1,1))', '[(0,0),(1,1)]', '((0,0),(1,1))',
    '((0,0),(1,1),(1,0))', '<(0,0),0.1>'), (2, '(NaN,Infinity)', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE tort.networks (id integer PRIMARY KEY, i inet, c cidr, m macaddr, m8 macaddr8, u uuid, b bit(5), vb bit varying, l pg_lsn, s pg_snapshot, x xid8, ti tid);
INSERT INTO tort.networks VALUES (1, '::ffff:1.2.3.4/128', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', B'10101', B'', '16/B374D848', '10:20:10,14,15', '18446744073709551615', '(42,7)');

-- Names resolve when the row is read back; a bare OID keeps the number of an object that no longer has it.
CREATE TABLE tort.catalog_references (id integer PRIMARY KEY, bare oid, class regclass, proc regprocedure, typ regtype, role regrole,
    space regnamespace, config regconfig, dict regdictionary, oper regoperator, coll regcollation);
INSERT INTO tort.catalog_references VALUES
    (1, 'tort.hen'::regclass, 'tort.hen', 'tort.shout(text)', 'tort.mood', 'tort_owner', 'tort', 'tort.half_english', 'tort.plain_words',
     'tort.===(tort.address,tort.address)', 'tort.no_case'),
    (2, 0, '"Odd ""Schéma"""."we""ird ta''ble"', '"Odd ""Schéma""".returns_rows(integer)', 'tort.address[]', '"tort_We""ird rôle"', '"Odd ""Schéma"""', 'english', 'simple', '+(integer,integer)', '"C"'),
    (3, 4294967295, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE tort.toasted (id integer PRIMARY KEY, squeezable text, random bytea, also_random text);
INSERT INTO tort.toasted
SELECT n, repeat('squeeze ' || n, 200000),
       (SELECT string_agg(decode(md5(n || '/' || g), 'hex'), '' ORDER BY g) FROM generate_series(1, 8000) AS g),
       (SELECT string_agg(md5(n || ':' || g), '' ORDER BY g) FROM generate_series(1, 3000) AS g)
FROM generate_series(1, 5) AS n;
CREATE TABLE tort.several_blocks (id integer PRIMARY KEY, filler text, n integer);
INSERT INTO tort.several_blocks SELECT g, 'filler ' || md5(g::text), g % 97 FROM generate_series(1, 20000) AS g;
DELETE FROM tort.several_blocks WHERE id BETWEEN 5000 AND 15000;
UPDATE tort.several_blocks SET n = -n WHERE id % 3 = 0;

-- box: views and rules
CREATE VIEW tort.barrier WITH (security_barrier = true, security_invoker = true) AS SELECT * FROM tort.hen WHERE id < 50;
CREATE VIEW tort.updatable AS SELECT id, parent FROM tort.tree WHERE id > 0 WITH LOCAL CHECK OPTION;
ALTER VIEW tort.updatable ALTER COLUMN parent SET DEFAULT 1;
CREATE VIEW tort.cascaded AS SELECT * FROM tort.updatable WITH CASCADED CHECK OPTION;
CREATE RECURSIVE VIEW tort.path_to_root (id, path) AS
    SELECT id, ARRAY[id] FROM tort.tree WHERE parent IS NULL
    UNION ALL SELECT t.id, p.path || t.id FROM tort.tree AS t JOIN path_to_root AS p ON t.parent = p.id;
-- Grouping by a primary key makes the view depend on the constraint, which a dump writes much later than views.
CREATE VIEW tort.grouped_by_key AS SELECT s.id, s.filler, count(*) AS c FROM tort.several_blocks AS s GROUP BY s.id;
CREATE VIEW tort.on_grouped AS SELECT sum(c) AS total FROM tort.grouped_by_key;
CREATE VIEW tort.no_columns AS SELECT;
CREATE FUNCTION tort.count_hens() RETURNS bigint STABLE BEGIN ATOMIC SELECT count(*) FROM tort.hen; END;
CREATE VIEW "Odd ""Schéma"""."vi""ew" AS SELECT tort.count_hens() AS "how many", "it's" FROM "Odd ""Schéma"""."we""ird ta'ble";
COMMENT ON VIEW tort.barrier IS 'A view';
COMMENT ON COLUMN tort.barrier.egg IS 'A column of a view';

CREATE TABLE tort.rule_log (what text, id integer);
CREATE RULE also_log AS ON INSERT TO tort.empty DO ALSO INSERT INTO tort.rule_log VALUES ('inserted', NEW.id);
CREATE RULE no_delete AS ON DELETE TO tort.empty DO INSTEAD NOTHING;
CREATE RULE always_rule AS ON UPDATE TO tort.several_blocks WHERE NEW.n = 12345 DO INSTEAD NOTHING;
CREATE RULE to_the_table AS ON UPDATE TO tort.barrier DO INSTEAD UPDATE tort.hen SET egg = NEW.egg WHERE id = OLD.id RETURNING hen.*;
-- Would swallow every row that is loaded by INSERT; COPY is not subject to rules.
CREATE RULE swallow AS ON INSERT TO tort.several_blocks DO INSTEAD NOTHING;
ALTER TABLE tort.empty DISABLE RULE no_delete;
ALTER TABLE tort.several_blocks ENABLE ALWAYS RULE always_rule;
COMMENT ON RULE also_log ON tort.empty IS 'A rule';

-- box: materialized views
CREATE MATERIALIZED VIEW tort.populated AS SELECT n, count(*) AS c FROM tort.several_blocks GROUP BY n WITH DATA;
CREATE UNIQUE INDEX populated_n ON tort.populated (n);
-- Its name sorts before the one that it reads.
CREATE MATERIALIZED VIEW tort.a_second_level WITH (fillfactor = 80) AS SELECT max(c) AS most FROM tort.populated WITH DATA;
CREATE MATERIALIZED VIEW tort.never_populated AS SELECT * FROM tort.populated WHERE c > 1 WITH NO DATA;
CREATE INDEX never_populated_c ON tort.never_populated (c);
CREATE VIEW tort.on_materialized AS SELECT * FROM tort.a_second_level;
CREATE MATERIALIZED VIEW tort.third_level AS SELECT most * 2 AS doubled FROM tort.on_materialized;
-- What it holds is older than its source, which no dump can say.
CREATE MATERIALIZED VIEW tort.over_functions AS SELECT tort.count_hens() AS hens, tort.shout('x') AS shouted;
COMMENT ON MATERIALIZED VIEW tort.populated IS 'Populated';
COMMENT ON COLUMN tort.populated.c IS 'How many';
ALTER MATERIALIZED VIEW tort.populated OWNER TO tort_owner;
ALTER MATERIALIZED VIEW tort.populated ALTER COLUMN c SET STATISTICS 200;
ALTER MATERIALIZED VIEW tort.populated CLUSTER ON populated_n;

-- box: triggers
-- Any of them, fired by a restore, would leave a row here or an error.
CREATE TABLE tort.trigger_log (what text, at_row text);
CREATE FUNCTION tort.log_it() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO tort.trigger_log VALUES (TG_NAME, TG_OP); RETURN NEW; END $$;
CREATE FUNCTION tort.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trigger % fired', TG_NAME; END $$;
CREATE TABLE tort.triggered (id integer PRIMARY KEY, t text);
INSERT INTO tort.triggered SELECT g, 't' || g FROM generate_series(1, 20) AS g;
CREATE TRIGGER ordinary BEFORE INSERT OR UPDATE OF t ON tort.triggered FOR EACH ROW WHEN (NEW.id > 0) EXECUTE FUNCTION tort.refuse('an', 'argument''s');
CREATE TRIGGER always AFTER INSERT ON tort.triggered FOR EACH ROW EXECUTE FUNCTION tort.refuse();
CREATE TRIGGER in_replica BEFORE INSERT ON tort.triggered FOR EACH ROW EXECUTE FUNCTION tort.refuse();
CREATE TRIGGER disabled BEFORE DELETE OR TRUNCATE ON tort.triggered FOR EACH STATEMENT EXECUTE FUNCTION tort.refuse();
CREATE TRIGGER transition AFTER UPDATE ON tort.triggered REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION tort.log_it();
CREATE CONSTRAINT TRIGGER at_commit AFTER UPDATE ON tort.triggered FROM tort.tree DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tort.log_it();
ALTER TABLE tort.triggered ENABLE ALWAYS TRIGGER always, ENABLE REPLICA TRIGGER in_replica, DISABLE TRIGGER disabled;
CREATE TRIGGER instead INSTEAD OF DELETE ON tort.barrier FOR EACH ROW EXECUTE FUNCTION tort.refuse();
CREATE TRIGGER on_partitions AFTER INSERT ON tort.by_range FOR EACH ROW EXECUTE FUNCTION tort.log_it();
ALTER TABLE tort.by_range_2024 DISABLE TRIGGER on_partitions;
CREATE TRIGGER on_attachments BEFORE INSERT ON tort.attachments FOR EACH ROW EXECUTE FUNCTION tort.refuse();
ALTER TABLE tort.attachments ENABLE ALWAYS TRIGGER on_attachments;
COMMENT ON TRIGGER always ON tort.triggered IS 'A trigger';

-- box: row-level security
CREATE TABLE tort.secured (id integer PRIMARY KEY, tenant text, secret text);
INSERT INTO tort.secured SELECT g, 'tenant ' || g % 3, 'secret ' || g FROM generate_series(1, 30) AS g;
ALTER TABLE tort.secured ENABLE ROW LEVEL SECURITY;
ALTER TABLE tort.secured FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tort.secured USING (tenant = current_setting('tort.tenant', true)) WITH CHECK (tenant <> '');
CREATE POLICY readers ON tort.secured AS RESTRICTIVE FOR SELECT TO tort_reader, tort_app USING (id > 0);
CREATE POLICY "in""serters" ON tort.secured FOR INSERT TO tort_app WITH CHECK (id > 1000);
CREATE TABLE tort.secured_without_policy (id integer);
INSERT INTO tort.secured_without_policy VALUES (1);
ALTER TABLE tort.secured_without_policy ENABLE ROW LEVEL SECURITY;
CREATE TABLE tort.policy_asleep (id integer);
CREATE POLICY asleep ON tort.policy_asleep FOR DELETE USING (false);
COMMENT ON POLICY own_tenant ON tort.secured IS 'A policy';

-- box: publications
CREATE PUBLICATION tort_some FOR TABLE tort.several_blocks (id, n) WHERE (n > 0), TABLE tort.by_range
    WITH (publish = 'insert, delete', publish_via_partition_root = true);
CREATE PUBLICATION tort_nothing;
ALTER PUBLICATION tort_some OWNER TO tort_owner;
COMMENT ON PUBLICATION tort_some IS 'A publication';

-- box: comments on what else there is
COMMENT ON TABLE tort.several_blocks IS 'A table';
COMMENT ON COLUMN tort.several_blocks.n IS '';
COMMENT ON COLUMN tort.several_blocks.filler IS E'Tabs\tand "quotes" and ''quotes'' and \\backslashes and ünïcode';

-- box: owners, grantor chains, column privileges, default privileges, the public schema
ALTER TABLE tort.hen OWNER TO tort_owner;
ALTER TABLE tort.secured OWNER TO tort_owner;
ALTER TABLE "Odd ""Schéma"""."we""ird ta'ble" OWNER TO "tort_We""ird rôle";
ALTER SEQUENCE tort.called_once OWNER TO tort_app;
ALTER TYPE tort.mood OWNER TO tort_owner;
GRANT USAGE ON SCHEMA tort TO tort_app WITH GRANT OPTION;
GRANT USAGE, CREATE ON SCHEMA tort TO tort_group;
GRANT SELECT ON tort.hen TO tort_app WITH GRANT OPTION;
GRANT ALL ON tort.egg TO tort_app;
GRANT SELECT (id), UPDATE (egg), REFERENCES (id) ON tort.hen TO tort_reader;
GRANT SELECT (id, tenant) ON tort.secured TO PUBLIC;
GRANT INSERT, UPDATE ON "Odd ""Schéma"""."we""ird ta'ble" TO tort_app, "tort_We""ird rôle";
REVOKE ALL ON tort.empty FROM CURRENT_USER;
-- The owner of a materialized view is who reads the table when it is refreshed.
GRANT SELECT ON tort.several_blocks TO tort_owner;
GRANT SELECT ON tort.populated, tort.barrier TO tort_auditor;
SET SESSION AUTHORIZATION tort_app;
GRANT USAGE ON SCHEMA tort TO tort_second_grantor WITH GRANT OPTION;
GRANT SELECT ON tort.hen TO tort_second_grantor WITH GRANT OPTION;
GRANT USAGE ON TYPE tort.mood TO tort_reader;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION tort_second_grantor;
GRANT SELECT ON tort.hen TO tort_auditor;
GRANT USAGE ON SCHEMA tort TO tort_auditor;
RESET SESSION AUTHORIZATION;

ALTER DEFAULT PRIVILEGES FOR ROLE tort_owner IN SCHEMA tort GRANT SELECT ON TABLES TO tort_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE tort_owner IN SCHEMA tort GRANT USAGE ON SEQUENCES TO tort_app WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE tort_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE tort_app GRANT USAGE ON TYPES TO tort_auditor;
ALTER DEFAULT PRIVILEGES FOR ROLE tort_app GRANT ALL ON SCHEMAS TO tort_owner;

ALTER SCHEMA public OWNER TO tort_owner;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO tort_app;
COMMENT ON SCHEMA public IS 'Not the usual words';

\if :{?ordinary}
REASSIGN OWNED BY CURRENT_USER TO tort_owner;
\else
\ir superuser_kinds.sql
\endif

-- box: the database itself
-- Last, and among the settings those that change how values are written.
ALTER DATABASE :"DBNAME" OWNER TO tort_owner;
ALTER DATABASE :"DBNAME" CONNECTION LIMIT 42;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO tort_app WITH GRANT OPTION;
GRANT CONNECT, TEMPORARY ON DATABASE :"DBNAME" TO tort_reader;
-- Without it nobody but a superuser could give this role its schema.
GRANT CREATE ON DATABASE :"DBNAME" TO "tort_We""ird rôle";
SET SESSION AUTHORIZATION tort_app;
GRANT CONNECT ON DATABASE :"DBNAME" TO tort_auditor;
RESET SESSION AUTHORIZATION;
ALTER DATABASE :"DBNAME" SET search_path = tort, "Odd ""Schéma""", public;
ALTER DATABASE :"DBNAME" SET statement_timeout = '90s';
ALTER DATABASE :"DBNAME" SET lock_timeout = '60s';
ALTER DATABASE :"DBNAME" SET idle_in_transaction_session_timeout = '80s';
ALTER DATABASE :"DBNAME" SET DateStyle = 'SQL, DMY';
ALTER DATABASE :"DBNAME" SET IntervalStyle = 'sql_standard';
ALTER DATABASE :"DBNAME" SET TimeZone = 'Australia/Adelaide';
ALTER DATABASE :"DBNAME" SET extra_float_digits = -2;
ALTER DATABASE :"DBNAME" SET bytea_output = 'escape';
ALTER DATABASE :"DBNAME" SET default_text_search_config = 'tort.half_english';
ALTER DATABASE :"DBNAME" SET tort.custom = E'it''s "custom" \\ , and';
ALTER ROLE tort_app IN DATABASE :"DBNAME" SET work_mem = '12MB';
ALTER ROLE tort_app IN DATABASE :"DBNAME" SET search_path = tort;
ALTER ROLE "tort_We""ird rôle" IN DATABASE :"DBNAME" SET statement_timeout = 0;
COMMENT ON DATABASE :"DBNAME" IS E'A database of one''s own,\nwith a second line and a \\';
