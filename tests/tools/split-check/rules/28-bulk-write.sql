SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN tax int;
UPDATE orders SET tax = 0 WHERE id < 10;
UPDATE orders SET price = 1;
DELETE FROM orders;
-- settings: transaction
