SET lock_timeout = '2s';
DROP SCHEMA old CASCADE;
DROP VIEW order_totals;
DROP MATERIALIZED VIEW order_stats;
DROP FUNCTION order_total(bigint);
DROP TYPE order_state;
DROP SEQUENCE order_numbers;
