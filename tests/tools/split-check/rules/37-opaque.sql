SET lock_timeout = '2s';
DO $$
DECLARE t text;
BEGIN
  EXECUTE 'ALTER TABLE ' || t || ' ADD x int';
END $$;
\i other.sql
ALTER TABLE ${table} ADD COLUMN x int, FROBNICATE;
SELECT tidy_orders();
CALL tidy_orders();
