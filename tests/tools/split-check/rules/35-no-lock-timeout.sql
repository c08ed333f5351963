ALTER TABLE orders ADD COLUMN remark text;
ALTER TABLE orders ADD COLUMN tax int;
