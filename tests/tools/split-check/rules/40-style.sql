SET lock_timeout = '2s';
CREATE TABLE fresh (id int, label varchar(10), made timestamp);
ALTER TABLE orders ADD COLUMN label char(3);
-- settings: style
