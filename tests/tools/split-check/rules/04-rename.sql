SET lock_timeout = '2s';
ALTER TABLE orders RENAME COLUMN note TO remark;
ALTER TABLE orders RENAME TO purchases;
ALTER VIEW order_totals RENAME TO totals;
ALTER SCHEMA old RENAME TO older;
ALTER TYPE order_state RENAME VALUE 'new' TO 'fresh';
ALTER TABLE orders SET SCHEMA archive;
