SET lock_timeout = '2s';
CREATE TABLE fresh (id bigint);
CREATE TRIGGER stamp BEFORE INSERT ON fresh FOR EACH ROW EXECUTE FUNCTION stamp();
