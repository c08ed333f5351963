SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT buyer FOREIGN KEY (customer_id) REFERENCES customers (id);
ALTER TABLE orders ADD CONSTRAINT payer FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;
