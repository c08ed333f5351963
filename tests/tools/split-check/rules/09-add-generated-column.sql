SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN total bigint GENERATED ALWAYS AS (price * 2) STORED;
