SET lock_timeout = '2s';
CREATE TABLE events_june (kind int);
ALTER TABLE events ATTACH PARTITION events_june FOR VALUES IN (6);
