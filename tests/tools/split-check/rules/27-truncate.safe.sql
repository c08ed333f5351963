SET lock_timeout = '2s';
CREATE TABLE fresh (id bigint);
TRUNCATE fresh;
