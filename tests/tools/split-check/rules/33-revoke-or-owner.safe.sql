SET lock_timeout = '2s';
GRANT SELECT ON orders TO app;
