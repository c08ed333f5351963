SET lock_timeout = '2s';
COMMENT ON COLUMN orders.legacy_note IS 'unused, goes in the next release';
