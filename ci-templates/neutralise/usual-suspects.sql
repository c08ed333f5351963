-- Makes a copy of production harmless where well-known programs keep what acts on the outside world: queued mail, jobs
-- and schedules, webhooks, payment providers. For --after-restore or a policy's "neutralise": it runs before anyone can
-- connect, and any error stops the restore.
--
-- A table counts only if it has all the columns named here, in whatever schema it is. What is not in the list is not
-- touched: add your own application's in a file of your own, see application.sql.
DO $neutralise$
DECLARE
    suspect record;
    changed bigint;
BEGIN
    FOR suspect IN
        WITH known (name, columns, statement) AS (VALUES
            -- queued mail
            ('mail_mail', '{state,email_to}', $$UPDATE %s SET state = 'cancel' WHERE state IN ('outgoing', 'exception')$$),
            ('ir_mail_server', '{active,smtp_host}', 'UPDATE %s SET active = false WHERE active'),
            ('fetchmail_server', '{active,server}', 'UPDATE %s SET active = false WHERE active'),
            ('mailer_message', '{when_added,priority,message_data}', 'DELETE FROM %s'),
            ('post_office_email', '{status,scheduled_time}', 'DELETE FROM %s WHERE status IS NULL OR status IN (2, 3)'),
            -- jobs and schedules
            ('delayed_jobs', '{handler,run_at}', 'DELETE FROM %s'),
            ('good_jobs', '{serialized_params,finished_at}', 'DELETE FROM %s WHERE finished_at IS NULL'),
            ('que_jobs', '{job_class,run_at}', 'DELETE FROM %s'),
            ('solid_queue_jobs', '{class_name,finished_at}', 'DELETE FROM %s WHERE finished_at IS NULL'),
            ('solid_queue_recurring_tasks', '{key,schedule}', 'DELETE FROM %s'),
            ('oban_jobs', '{state,worker}', $$UPDATE %s SET state = 'cancelled' WHERE state NOT IN
                ('completed', 'cancelled', 'discarded')$$),
            ('jobs', '{queue,payload,available_at}', 'DELETE FROM %s'),
            ('_private_jobs', '{task_id,run_at}', 'DELETE FROM %s'),
            ('qrtz_triggers', '{trigger_name,trigger_state}', $$UPDATE %s SET trigger_state = 'PAUSED'$$),
            ('ir_cron', '{active,nextcall}', 'UPDATE %s SET active = false WHERE active'),
            ('django_celery_beat_periodictask', '{enabled,task}', 'UPDATE %s SET enabled = false WHERE enabled'),
            ('hdb_cron_triggers', '{cron_schedule,webhook_conf}', 'DELETE FROM %s'),
            -- webhooks and flows
            ('webhook_webhook', '{is_active,target_url}', 'UPDATE %s SET is_active = false WHERE is_active'),
            ('web_hooks', '{active,payload_url}', 'UPDATE %s SET active = false WHERE active'),
            ('strapi_webhooks', '{enabled,url}', 'UPDATE %s SET enabled = false WHERE enabled'),
            ('directus_webhooks', '{status,url}', $$UPDATE %s SET status = 'inactive'$$),
            ('directus_flows', '{status,trigger}', $$UPDATE %s SET status = 'inactive'$$),
            ('outgoingwebhooks', '{callbackurls}', 'DELETE FROM %s'),
            ('workflow_entity', '{active,nodes}', 'UPDATE %s SET active = false WHERE active'),
            -- payment
            ('payment_provider', '{state,code}', $$UPDATE %s SET state = 'disabled'$$),
            ('payment_acquirer', '{state,provider}', $$UPDATE %s SET state = 'disabled'$$),
            ('payment_provider', '{is_enabled}', 'UPDATE %s SET is_enabled = false WHERE is_enabled'),
            ('spree_payment_methods', '{active,preferences}', 'UPDATE %s SET active = false WHERE active'),
            ('plugins_pluginconfiguration', '{active,configuration}', 'UPDATE %s SET active = false WHERE active')
        )
        SELECT format('%I.%I', n.nspname, c.relname) AS name, k.statement
        FROM known k
        JOIN pg_class c ON c.relname = k.name AND c.relkind IN ('r', 'p')
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname !~ '^pg_'
        WHERE NOT EXISTS (SELECT FROM unnest(k.columns::name[]) AS wanted
                          WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = wanted
                                            AND NOT a.attisdropped))
        ORDER BY 1, 2
    LOOP
        EXECUTE format(suspect.statement, suspect.name);
        GET DIAGNOSTICS changed = ROW_COUNT;
        RAISE NOTICE 'neutralised %: % rows', suspect.name, changed;
    END LOOP;
END
$neutralise$;
