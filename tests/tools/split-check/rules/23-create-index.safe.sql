SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY by_note ON orders (note);
CREATE TABLE fresh (id bigint);
CREATE INDEX fresh_id ON fresh (id);
