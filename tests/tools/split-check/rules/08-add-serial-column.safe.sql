SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN number bigint;
CREATE SEQUENCE order_number;
