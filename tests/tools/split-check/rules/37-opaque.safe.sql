SET lock_timeout = '2s';
DO $$
BEGIN
  CREATE TABLE made_here (id bigint);
END $$;
SELECT setval('order_numbers', 100);
