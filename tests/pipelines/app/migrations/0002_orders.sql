SET lock_timeout = '5s';
CREATE TABLE shop.orders (
  id bigint PRIMARY KEY,
  customer bigint NOT NULL REFERENCES shop.customers (id),
  total numeric(12, 2) NOT NULL
);
GRANT SELECT ON shop.orders TO shop_monitor;
