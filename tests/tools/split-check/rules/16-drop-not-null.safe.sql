SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN price_or_null int;
