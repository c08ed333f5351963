SET lock_timeout = '2s';
CREATE INDEX by_note ON orders (note);
CREATE UNIQUE INDEX one_price ON orders (price);
CREATE UNIQUE INDEX CONCURRENTLY one_id ON orders (id);
