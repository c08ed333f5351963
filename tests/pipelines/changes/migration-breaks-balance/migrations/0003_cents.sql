SET lock_timeout = '5s';
UPDATE shop.customers SET balance = balance * 100 WHERE id <= 200;
