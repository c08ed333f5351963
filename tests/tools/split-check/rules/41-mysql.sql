ALTER TABLE `orders` ADD COLUMN `x` int, ALGORITHM=COPY;
ALTER TABLE `orders` ADD INDEX `i` (`x`), LOCK = SHARED;
ALTER TABLE `orders` MODIFY `state` ENUM('new', 'paid');
ALTER TABLE `orders` MODIFY `flags` SET('a');
ALTER TABLE `orders` ADD COLUMN `y` varchar(36) DEFAULT (uuid());
ALTER TABLE `orders` ADD CONSTRAINT `f` FOREIGN KEY (`x`) REFERENCES `customers` (`id`);
ALTER TABLE `orders` ADD CONSTRAINT `c` CHECK (`x` > 0);
ALTER TABLE `orders` DROP COLUMN `note`;
OPTIMIZE TABLE `orders`;
-- settings: mysql
