SET lock_timeout = '2s';
ALTER TYPE order_state ADD VALUE 'lost' AFTER 'new';
