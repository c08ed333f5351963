SET lock_timeout = '2s';
CREATE TABLE fresh (id int, label varchar(10), made timestamp);
ALTER TABLE orders ADD COLUMN label char(3);
CREATE TABLE public."Mixed Case" (id bigint);
CREATE TABLE public.a234567890123456789012345678901234567890123456789012345678901234 (id serial);
DROP INDEX CONCURRENTLY by_price;
-- settings: style
