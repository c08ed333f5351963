SET lock_timeout = '2s';
DROP INDEX by_price;
REINDEX TABLE orders;
