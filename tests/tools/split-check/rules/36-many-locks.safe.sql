SET lock_timeout = '2s';
BEGIN;
ALTER TABLE orders ADD COLUMN remark text;
COMMIT;
BEGIN;
ALTER TABLE customers ADD COLUMN remark text;
COMMIT;
