SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN made timestamptz DEFAULT now();
-- settings: version=10
