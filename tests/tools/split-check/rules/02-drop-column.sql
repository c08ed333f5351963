SET lock_timeout = '2s';
-- two commands, one statement
ALTER TABLE orders
  ADD COLUMN fine text,
  DROP COLUMN legacy_note;
