CREATE TABLE shop.customers (
  id bigint PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL,
  balance numeric(12, 2) NOT NULL DEFAULT 0
);
GRANT USAGE ON SCHEMA shop TO shop_monitor;
