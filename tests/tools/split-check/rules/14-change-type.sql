SET lock_timeout = '2s';
ALTER TABLE orders ALTER COLUMN price TYPE bigint;
ALTER TABLE orders ALTER COLUMN note TYPE int USING note::int;
