SET lock_timeout = '2s';
CREATE FUNCTION order_total_v2(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
