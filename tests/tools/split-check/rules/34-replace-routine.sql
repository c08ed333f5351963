SET lock_timeout = '2s';
CREATE OR REPLACE FUNCTION order_total(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
CREATE OR REPLACE VIEW order_totals AS SELECT 1::bigint AS total;
