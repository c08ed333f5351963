-- 2,500 people with a name, an e-mail address, a telephone number and a token each: 10,000 secrets, every one unique, in
-- every place where a database can keep them. Rows that look alike in two tables mean the same person.
CREATE SCHEMA people;
SET search_path = people, pg_catalog;

CREATE FUNCTION secret_name(i integer) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT 'Xen' || left(md5('first' || i), 9) || ' Quar' || left(md5('last' || i), 9) $$;
CREATE FUNCTION secret_email(i integer) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT left(md5('box' || i), 12) || '@' || left(md5('host' || i), 8) || '.org' $$;
CREATE FUNCTION secret_phone(i integer) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT '+31' || lpad((1000000000::bigint + i * 3571::bigint)::text, 10, '0') $$;
CREATE FUNCTION secret_token(i integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT md5('token' || i) $$;

CREATE DOMAIN address AS varchar(60) CHECK (VALUE LIKE '%@%');
CREATE TYPE mood AS ENUM ('calm', 'cross');

CREATE TABLE person (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    full_name text NOT NULL,
    email     varchar(60) NOT NULL UNIQUE,
    phone     varchar(20) CHECK (phone ~ '^\+[0-9]+$'),
    token     text,
    profile   jsonb,
    papers    json,
    aliases   text[],
    born      date,
    seen      timestamptz,
    code      char(12),
    secret_id uuid,
    picture   bytea,
    customer  bigint,
    mood      mood DEFAULT 'calm',
    state     text DEFAULT 'active',
    remark    text DEFAULT 'later',
    search    text GENERATED ALWAYS AS (lower(email)) STORED
);
INSERT INTO person (full_name, email, phone, token, profile, papers, aliases, born, seen, code, secret_id, picture, customer, remark)
    SELECT secret_name(i), secret_email(i), secret_phone(i), secret_token(i),
           jsonb_build_object('contact', jsonb_build_object('email', secret_email(i), 'phones', jsonb_build_array(secret_phone(i), secret_phone(i + 1))),
                              'theme', 'dark', 'owner', secret_name(i), 'note', NULL),
           json_build_object('iban', secret_token(i), 'plan', 'basic'), ARRAY[secret_name(i), NULL, secret_email(i)], date '1950-01-01' + i,
           timestamptz '2024-01-01 00:00+00' + i * interval '1 hour', left(secret_token(i), 12), secret_token(i)::uuid,
           convert_to(secret_name(i), 'UTF8'), 4000000000 + i, secret_name(i) || ' called from ' || secret_phone(i)
    FROM generate_series(1, 2500) AS i;
INSERT INTO person (full_name, email) VALUES ('Nobody', 'nobody@nowhere.org');
SELECT format('ALTER TABLE people.person ALTER COLUMN remark SET DEFAULT %L', secret_name(7) || ' and it''s ' || secret_email(7)) \gexec

CREATE INDEX person_name ON person (full_name);
CREATE INDEX person_lower ON person (lower(email));
CREATE STATISTICS person_both ON full_name, email FROM person;

CREATE TABLE login (
    id     integer PRIMARY KEY,
    email  varchar(60) NOT NULL REFERENCES person (email),
    agent  text
);
INSERT INTO login SELECT i, secret_email(1 + i % 2000), 'browser' FROM generate_series(1, 4000) AS i;

CREATE TABLE ticket (id integer PRIMARY KEY, sender address, customer numeric(14), body text);
INSERT INTO ticket SELECT i, secret_email(1 + i % 1700), 4000000000 + i, 'From ' || secret_name(i) FROM generate_series(1, 1900) AS i;

CREATE TABLE visit (at date NOT NULL, email text, payload jsonb) PARTITION BY RANGE (at);
CREATE TABLE visit_old PARTITION OF visit FOR VALUES FROM ('2020-01-01') TO ('2023-01-01');
CREATE TABLE visit_new PARTITION OF visit DEFAULT;
INSERT INTO visit SELECT date '2022-01-01' + i, secret_email(i), jsonb_build_object('who', secret_name(i), 'page', '/') FROM generate_series(1, 900) AS i;

CREATE TABLE party (id integer PRIMARY KEY, label text);
CREATE TABLE company (chamber text) INHERITS (party);
INSERT INTO party SELECT i, secret_name(i) FROM generate_series(1, 50) AS i;
INSERT INTO company SELECT i, secret_name(i), secret_token(i) FROM generate_series(51, 99) AS i;

CREATE MATERIALIZED VIEW directory AS SELECT full_name, email, phone FROM person;
CREATE UNIQUE INDEX ON directory (email);

SELECT format('COMMENT ON TABLE people.person IS %L', 'Ask ' || secret_name(11)) \gexec
SELECT format('COMMENT ON COLUMN people.person.email IS %L', 'For example ' || secret_email(12)) \gexec
SELECT format('COMMENT ON DATABASE %I IS %L', current_database(), 'Keeper: ' || secret_email(13)) \gexec
SELECT lo_from_bytea(0, convert_to(secret_name(i) || ' ' || secret_email(i), 'UTF8')) FROM generate_series(20, 40) AS i \g /dev/null
SELECT format('COMMENT ON LARGE OBJECT %s IS %L', oid, secret_name(14)) FROM pg_largeobject_metadata LIMIT 1 \gexec
ANALYZE;
