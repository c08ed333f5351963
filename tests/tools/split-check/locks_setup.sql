CREATE DOMAIN positive_amount AS int CHECK (VALUE > 0);
CREATE TYPE order_state AS ENUM ('new', 'paid');
CREATE TABLE customers (id bigint PRIMARY KEY, note text);
CREATE TABLE orders (id bigint, price int NOT NULL, note text, code varchar(10), customer_id bigint, state order_state);
INSERT INTO customers VALUES (1, 'a');
INSERT INTO orders VALUES (1, 5, 'a', 'x', 1, 'new');
CREATE INDEX by_price ON orders (price);
CREATE UNIQUE INDEX one_note ON orders (note);
ALTER TABLE orders ADD CONSTRAINT cheap CHECK (price < 9) NOT VALID;
CREATE TABLE invoices (id bigint PRIMARY KEY, customer_id bigint CONSTRAINT payer REFERENCES customers (id));
CREATE TABLE legacy (id bigint);
CREATE VIEW order_totals AS SELECT id AS price FROM customers;
CREATE MATERIALIZED VIEW order_stats AS SELECT count(*) FROM customers;
CREATE SEQUENCE order_numbers;
CREATE SCHEMA archive;
CREATE TABLE events (kind int) PARTITION BY LIST (kind);
CREATE TABLE events_april PARTITION OF events FOR VALUES IN (4);
CREATE TABLE events_may (kind int);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION stamp();
-- Names as they were: a dropped table is still locked, but no longer in the catalogue.
CREATE TABLE before AS SELECT oid, relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm', 'v', 'S');
