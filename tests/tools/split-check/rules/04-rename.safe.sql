SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN remark text;
CREATE VIEW purchases AS SELECT 1 AS id;
