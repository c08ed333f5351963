SET lock_timeout = '2s';
UPDATE orders SET price = 0 WHERE id BETWEEN 1 AND 1000;
-- settings: transaction
