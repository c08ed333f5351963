SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN amount positive_amount;
CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
ALTER DOMAIN positive_amount ADD CONSTRAINT small CHECK (VALUE < 1000);
