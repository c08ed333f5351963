-- The roles of the demonstration and the production database. Loaded once, by the administrator of the server.
-- Passwords come from the environment, so that they are in no file and in no process list.

\getenv owner_password SHOP_OWNER_PASSWORD
\getenv reader_password SHOP_READER_PASSWORD
\getenv stage_password SHOP_STAGE_PASSWORD

-- Owns production. The application itself works as shop_app, with less.
CREATE ROLE shop_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE shop_app NOLOGIN;
CREATE ROLE shop_support NOLOGIN;

-- All that a snapshot of production needs. Large objects are not part of pg_read_all_data: production.sql grants those.
CREATE ROLE shop_reader LOGIN PASSWORD :'reader_password';
GRANT pg_read_all_data TO shop_reader;

-- Makes the stages' databases, and gives their objects to the owner that they have in production.
CREATE ROLE shop_stage LOGIN CREATEDB PASSWORD :'stage_password';
GRANT shop_owner TO shop_stage;

CREATE DATABASE shop OWNER shop_owner TEMPLATE template0;
REVOKE CONNECT, TEMPORARY ON DATABASE shop FROM PUBLIC;
GRANT CONNECT ON DATABASE shop TO shop_reader, shop_app, shop_support;
ALTER DATABASE shop SET search_path = shop, public;
ALTER DATABASE shop SET statement_timeout = '10min';
ALTER ROLE shop_app IN DATABASE shop SET statement_timeout = '30s';
COMMENT ON DATABASE shop IS 'The shop. Ask the shop team before you change anything.';
