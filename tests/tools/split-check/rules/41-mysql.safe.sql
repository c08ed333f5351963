CREATE TABLE `fresh` (`id` bigint);
-- settings: mysql
