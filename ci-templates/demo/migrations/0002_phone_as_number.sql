-- Phone numbers become numbers. In batches with a COMMIT after each, as one does on a table that is in use: what is
-- done stays done, and what was dropped stays dropped, when a later batch meets a phone that is no number.

SET search_path = shop;

ALTER TABLE customers ADD COLUMN phone_number bigint;
DROP VIEW best_customers;

DO $$
DECLARE
    batch CONSTANT integer := 20000;
    last_id bigint;
BEGIN
    SELECT max(id) INTO last_id FROM shop.customers;
    FOR first_id IN 1 .. last_id BY batch LOOP
        UPDATE shop.customers SET phone_number = ('49' || ltrim(replace(phone, ' ', ''), '0'))::bigint, phone = NULL
            WHERE id BETWEEN first_id AND first_id + batch - 1 AND phone IS NOT NULL;
        COMMIT;
    END LOOP;
END $$;

ALTER TABLE customers DROP COLUMN phone;
