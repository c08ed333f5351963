SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT cheap CHECK (price < 9) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT cheap;
-- settings: transaction
