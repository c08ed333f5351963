SET lock_timeout = '2s';
VACUUM orders;
ALTER TABLE orders SET (fillfactor = 90);
