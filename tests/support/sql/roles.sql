-- What every_object_kind.sql needs of the cluster itself. May be loaded again and again.

SET client_min_messages = warning;

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['tort_owner', 'tort_app', 'tort_reader', 'tort_auditor', 'tort_group', 'tort_second_grantor', 'tort_loader',
                  E'tort_We"ird r\u00f4le']) AS name
WHERE name NOT IN (SELECT rolname FROM pg_roles)
\gexec

ALTER ROLE tort_owner NOLOGIN CREATEDB;
-- Loads what ordinary roles shall own: the server's first superuser cannot give away everything that is its own.
ALTER ROLE tort_loader SUPERUSER LOGIN;
ALTER ROLE tort_app LOGIN PASSWORD 'tort-secret-role' CONNECTION LIMIT 7;
ALTER ROLE tort_reader LOGIN PASSWORD 'tort-secret-role' VALID UNTIL '2099-12-31 00:00:00+00';
ALTER ROLE tort_auditor NOLOGIN NOINHERIT;
ALTER ROLE tort_app SET work_mem = '8MB';

GRANT tort_group TO tort_app WITH ADMIN OPTION;
GRANT tort_group TO tort_reader GRANTED BY tort_app;
GRANT pg_read_all_data TO tort_auditor;

COMMENT ON ROLE tort_owner IS 'Owns what the torture database holds';

-- Without a folder outside the data directory, so that several private servers can have it.
SET allow_in_place_tablespaces = on;
SELECT 'CREATE TABLESPACE tort_space OWNER tort_owner LOCATION '''''
WHERE NOT EXISTS (SELECT FROM pg_tablespace WHERE spcname = 'tort_space')
\gexec
GRANT CREATE ON TABLESPACE tort_space TO tort_group;
COMMENT ON TABLESPACE tort_space IS 'A second place';
