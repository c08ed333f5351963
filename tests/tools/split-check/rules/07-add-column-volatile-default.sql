SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();
ALTER TABLE orders ADD COLUMN dice float8 DEFAULT random();
ALTER TABLE orders ADD COLUMN seen timestamptz DEFAULT clock_timestamp();
