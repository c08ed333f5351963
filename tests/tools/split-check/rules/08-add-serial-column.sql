SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN number bigserial;
ALTER TABLE orders ADD COLUMN turn bigint GENERATED ALWAYS AS IDENTITY;
