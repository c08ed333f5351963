SET lock_timeout = '2s';
COMMENT ON TABLE orders IS 'paid is not needed any more';
