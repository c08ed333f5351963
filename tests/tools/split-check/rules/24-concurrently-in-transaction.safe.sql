SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY by_note ON orders (note);
DROP INDEX CONCURRENTLY by_price;
