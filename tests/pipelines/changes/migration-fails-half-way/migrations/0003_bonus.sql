SET lock_timeout = '5s';
UPDATE shop.customers SET balance = balance + 1 WHERE id <= 100;
UPDATE shop.customers SET balance = name::numeric WHERE id > 100;
