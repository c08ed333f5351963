SET lock_timeout = '2s';
CREATE TABLE fresh (id bigint, label text, made timestamptz);
-- settings: style
