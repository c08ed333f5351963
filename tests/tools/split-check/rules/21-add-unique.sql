SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT one_note UNIQUE (note);
ALTER TABLE orders ADD PRIMARY KEY (id);
ALTER TABLE orders ADD CONSTRAINT apart EXCLUDE USING gist (span WITH &&);
