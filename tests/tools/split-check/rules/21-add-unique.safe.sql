SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT one_note UNIQUE USING INDEX one_note_index;
