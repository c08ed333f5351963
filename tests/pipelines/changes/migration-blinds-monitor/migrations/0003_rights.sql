SET lock_timeout = '5s';
REVOKE SELECT ON shop.orders FROM shop_monitor;
