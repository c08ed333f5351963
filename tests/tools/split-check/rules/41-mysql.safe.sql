CREATE TABLE orders_2 (id int);
-- settings: mysql
