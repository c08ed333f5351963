SET lock_timeout = '2s';
REVOKE SELECT ON orders FROM app;
ALTER TABLE orders OWNER TO app;
