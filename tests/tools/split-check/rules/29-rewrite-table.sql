SET lock_timeout = '2s';
CLUSTER orders USING by_price;
VACUUM FULL orders;
ALTER TABLE orders SET UNLOGGED;
ALTER TABLE orders SET TABLESPACE pg_default;
ALTER TABLE orders SET ACCESS METHOD heap;
