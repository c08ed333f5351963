-- The benchmark database. One table, events, is 0.44 of its size and two thirds of the bytes that a dump reads.
--
--   psql -v ON_ERROR_STOP=1 [-v scale=1.0] [-v small_tables=300] -d DATABASE -f data.sql
--
-- scale 1 makes 1.65 GB, 1.1 GB of it rows, in two minutes on two cores; 0.1 makes 0.2 GB in eight seconds. The same
-- rows each time: every value is a hash of its row's number. They look like an application's: JSON with repeating keys,
-- words that compress, identifiers that do not.

\if :{?scale}
\else
\set scale 1.0
\endif
\if :{?small_tables}
\else
\set small_tables 300
\endif

SET client_min_messages = warning;
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SET work_mem = '128MB';
-- A plan's workers would decide the order of rows, and with it which bytes share a block.
SET max_parallel_workers_per_gather = 0;

CREATE SCHEMA bench;
SET search_path = bench, pg_catalog;

SELECT (400000 * :scale)::bigint AS users, (600000 * :scale)::bigint AS posts, (6000000 * :scale)::bigint AS events \gset

CREATE FUNCTION pick(seed bigint, salt bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT abs(hashint8extended(seed, salt) % n) $$;
CREATE FUNCTION words(seed bigint, n integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT string_agg((ARRAY['time', 'order', 'people', 'house', 'release', 'table', 'water', 'river', 'signal',
                                   'garden', 'number', 'window', 'market', 'winter', 'copper', 'bridge'])
                            [1 + ((hashint8extended(seed, g) & 1023) % 16)], ' ')
          FROM generate_series(1, n) AS g $$;

CREATE TABLE users (
    id       bigint GENERATED ALWAYS AS IDENTITY,
    email    text NOT NULL,
    token    uuid NOT NULL,
    created  timestamptz NOT NULL,
    settings jsonb
);
CREATE TABLE posts (
    id       bigint GENERATED ALWAYS AS IDENTITY,
    author   bigint NOT NULL,
    title    text NOT NULL,
    body     text NOT NULL,
    posted   timestamptz NOT NULL
);
CREATE TABLE events (
    id       bigint NOT NULL,
    user_id  bigint NOT NULL,
    at       timestamptz NOT NULL,
    kind     text NOT NULL,
    payload  jsonb NOT NULL
);

INSERT INTO users (email, token, created, settings)
    SELECT 'user' || g || '@example.org', md5('token ' || g)::uuid, timestamptz '2020-01-01 00:00+00' + g * interval '5 minutes',
           jsonb_build_object('theme', CASE pick(g, 1, 3) WHEN 0 THEN 'dark' ELSE 'light' END, 'quota', pick(g, 2, 100000))
    FROM generate_series(1, :users) AS g;
INSERT INTO posts (author, title, body, posted)
    SELECT 1 + pick(g, 3, :users), words(g, 4), words(g + 1, 24) || ' ' || md5(g::text) || ' ' || words(g + 2, 20),
           timestamptz '2020-06-01 00:00+00' + g * interval '3 minutes'
    FROM generate_series(1, :posts) AS g;
INSERT INTO events
    SELECT g, 1 + pick(g, 4, :users), timestamptz '2021-01-01 00:00+00' + g * interval '20 seconds',
           (ARRAY['view', 'click', 'buy', 'search', 'leave'])[1 + pick(g, 5, 5)],
           jsonb_build_object('p', pick(g, 6, 100), 'r', left(md5(g::text), 6), 'page', '/' || words(pick(g, 7, 400), 2))
    FROM generate_series(1, :events) AS g;

SELECT format('CREATE TABLE bench.small_%s (id integer PRIMARY KEY, user_id bigint, name text, n numeric)', lpad(g::text, 4, '0')),
       format('INSERT INTO bench.small_%1$s SELECT i, 1 + bench.pick(i, %2$s, %3$s), ''name '' || md5(i::text), i / 7.0 FROM generate_series(1, %4$s) AS i',
              lpad(g::text, 4, '0'), g, :users, 20 + g * 3)
FROM generate_series(1, :small_tables) AS g
\gexec

ALTER TABLE users ADD PRIMARY KEY (id), ADD UNIQUE (email);
ALTER TABLE posts ADD PRIMARY KEY (id);
CREATE INDEX posts_author ON posts (author);
CREATE INDEX posts_title ON posts (title);
ALTER TABLE events ADD PRIMARY KEY (id);
CREATE INDEX events_user_at ON events (user_id, at);
CREATE INDEX events_payload ON events USING gin (payload);
ALTER TABLE posts ADD FOREIGN KEY (author) REFERENCES users;
ALTER TABLE events ADD FOREIGN KEY (user_id) REFERENCES users;
SELECT format('ALTER TABLE bench.small_%s ADD FOREIGN KEY (user_id) REFERENCES bench.users', lpad(g::text, 4, '0'))
FROM generate_series(1, :small_tables, 10) AS g
\gexec

-- Hint bits and the visibility map are written here and not by the first thing that is measured.
RESET search_path;
VACUUM (ANALYZE);

SELECT relname, pg_size_pretty(pg_table_size(oid)) AS rows_take, pg_size_pretty(pg_indexes_size(oid)) AS indexes_take
FROM pg_class WHERE oid IN ('bench.users'::regclass, 'bench.posts'::regclass, 'bench.events'::regclass) ORDER BY pg_table_size(oid) DESC;
SELECT pg_size_pretty(pg_database_size(current_database())) AS database_takes;
