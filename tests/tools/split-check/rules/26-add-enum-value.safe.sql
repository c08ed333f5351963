SET lock_timeout = '2s';
CREATE TYPE order_kind AS ENUM ('gift', 'sale');
