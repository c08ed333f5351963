SET lock_timeout = '2s';
BEGIN;
ALTER TABLE orders ADD COLUMN remark text;
ALTER TABLE customers ADD COLUMN remark text;
COMMIT;
LOCK TABLE orders IN SHARE MODE;
