ALTER TABLE `orders` ADD COLUMN `x` int, ALGORITHM=COPY;
-- settings: mysql
