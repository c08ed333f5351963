SET lock_timeout = '2s';
ALTER TABLE orders VALIDATE CONSTRAINT note_there;
