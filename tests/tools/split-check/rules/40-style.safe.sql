SET lock_timeout = '2s';
CREATE TABLE public.fresh (id bigint, label text, made timestamptz);
DROP INDEX CONCURRENTLY IF EXISTS by_price;
-- settings: style
