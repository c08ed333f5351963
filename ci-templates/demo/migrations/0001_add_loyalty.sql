-- Each order of more than 100 earns a point. One transaction: it is applied as a whole or not at all.

BEGIN;
SET LOCAL search_path = shop;

ALTER TABLE customers ADD COLUMN loyalty_points integer NOT NULL DEFAULT 0 CHECK (loyalty_points >= 0);
UPDATE customers SET loyalty_points = earned.points
    FROM (SELECT customer, count(*) AS points FROM orders WHERE total > 100 AND state <> 'cart' GROUP BY customer) AS earned
    WHERE earned.customer = customers.id;
CREATE INDEX customers_loyalty ON customers (loyalty_points) WHERE loyalty_points > 0;

COMMIT;
