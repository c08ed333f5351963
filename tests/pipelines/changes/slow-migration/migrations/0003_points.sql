SET lock_timeout = '5s';
ALTER TABLE shop.customers ADD COLUMN points integer;
SELECT pg_sleep(4);
