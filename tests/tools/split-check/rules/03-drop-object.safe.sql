SET lock_timeout = '2s';
CREATE VIEW order_totals_v2 AS SELECT 1 AS total;
