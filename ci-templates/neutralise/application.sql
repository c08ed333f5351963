-- An example to copy: an application that keeps its own address and its mail server in a table. Without this the
-- copy would send its links to production's address and its mail to production's customers.
--
-- Copy it beside your policy, put your own tables and values in, and name it in "neutralise" after usual-suspects.sql.
UPDATE app_settings SET value = 'https://acceptance.example.invalid' WHERE key = 'base_url';
UPDATE app_settings SET value = 'localhost' WHERE key = 'smtp_host';
UPDATE app_settings SET value = '' WHERE key IN ('smtp_password', 'payment_api_key');

-- A copy that still knows production's address is refused: the restore stops here and the old database stays.
DO $check$
BEGIN
    IF EXISTS (SELECT FROM app_settings WHERE value LIKE '%shop.example.com%') THEN
        RAISE EXCEPTION 'a setting still names production' USING HINT = 'Add it to application.sql.';
    END IF;
END
$check$;
