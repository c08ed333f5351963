SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT paid CHECK (price > 0);
ALTER TABLE orders ADD CONSTRAINT cheap CHECK (price < 9) NOT VALID;
