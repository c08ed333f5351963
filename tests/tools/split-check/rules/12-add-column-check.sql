SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN weight int CHECK (weight > 0);
