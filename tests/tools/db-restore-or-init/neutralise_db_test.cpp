// The SQL files that are shipped for --after-restore, on the tables of the programs that they know.
#include "tests/support/run_tool.hpp"
#include "tests/tools/db-restore-or-init/shop.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using test::Shop;

std::string shipped(std::string const& name) {
    return (test::source_folder() / "ci-templates/neutralise" / name).string();
}

struct Suspect {
    std::string table;
    std::string columns;
    std::string harmful;       ///< rows that act on the outside world
    std::string harmless;      ///< rows that must stay as they are
    std::string still_harmful; ///< a condition
};

std::vector<Suspect> suspects() {
    return {
        {"mail_mail", "state text, email_to text", "('outgoing', 'a')", "('sent', 'b')", "state = 'outgoing'"},
        {"ir_mail_server", "active bool, smtp_host text", "(true, 'mx')", "", "active"},
        {"fetchmail_server", "active bool, server text", "(true, 'mx')", "", "active"},
        {"mailer_message", "when_added date, priority int, message_data text", "(now(), 1, 'm')", "", "true"},
        {"post_office_email", "status int, scheduled_time date", "(2, now()), (NULL, NULL)", "(0, NULL)",
         "status IS DISTINCT FROM 0"},
        {"delayed_jobs", "handler text, run_at date", "('h', now())", "", "true"},
        {"good_jobs", "serialized_params jsonb, finished_at date", "('{}', NULL)", "('{}', now())",
         "finished_at IS NULL"},
        {"que_jobs", "job_class text, run_at date", "('c', now())", "", "true"},
        {"solid_queue_jobs", "class_name text, finished_at date", "('c', NULL)", "('c', now())", "finished_at IS NULL"},
        {"solid_queue_recurring_tasks", "key text, schedule text", "('k', 's')", "", "true"},
        {"oban_jobs", "state text, worker text", "('available', 'w'), ('executing', 'w')", "('completed', 'w')",
         "state IN ('available', 'executing')"},
        {"jobs", "queue text, payload text, available_at int", "('q', 'p', 1)", "", "true"},
        {"_private_jobs", "task_id int, run_at date", "(1, now())", "", "true"},
        {"qrtz_triggers", "trigger_name text, trigger_state text", "('t', 'WAITING')", "", "trigger_state <> 'PAUSED'"},
        {"ir_cron", "active bool, nextcall date", "(true, now())", "(false, now())", "active"},
        {"django_celery_beat_periodictask", "enabled bool, task text", "(true, 't')", "", "enabled"},
        {"hdb_cron_triggers", "cron_schedule text, webhook_conf json", "('* * * * *', '{}')", "", "true"},
        {"webhook_webhook", "is_active bool, target_url text", "(true, 'u')", "", "is_active"},
        {"web_hooks", "active bool, payload_url text", "(true, 'u')", "", "active"},
        {"strapi_webhooks", "enabled bool, url text", "(true, 'u')", "", "enabled"},
        {"directus_webhooks", "status text, url text", "('active', 'u')", "", "status = 'active'"},
        {"directus_flows", "status text, trigger text", "('active', 't')", "", "status = 'active'"},
        {"outgoingwebhooks", "callbackurls text", "('u')", "", "true"},
        {"workflow_entity", "active bool, nodes json", "(true, '[]')", "", "active"},
        {"payment_provider", "state text, code text, is_enabled bool", "('enabled', 'c', true)", "",
         "state = 'enabled' OR is_enabled"},
        {"payment_acquirer", "state text, provider text", "('enabled', 'p')", "", "state = 'enabled'"},
        {"spree_payment_methods", "active bool, preferences text", "(true, 'key')", "", "active"},
        {"plugins_pluginconfiguration", "active bool, configuration jsonb", "(true, '[]')", "", "active"},
    };
}

process::Outcome restore_from_command(std::string const& target, std::string const& fill,
                                      std::vector<std::string> const& files) {
    std::vector<std::string> arguments{"--target", "env:TARGET",
                                       "--stage",  "s",
                                       "--from",   "command:[ $SLUICE_ORIGIN_STEP = check ] || psql -qXf " + fill};
    for (auto const& file : files) {
        arguments.insert(arguments.end(), {"--after-restore", file});
    }
    return Shop::shared().run(target, arguments);
}

TEST(Neutralise, disarms_what_well_known_programs_queue_schedule_and_call) {
    auto& shop = Shop::shared();
    // A table of a known name with other columns, and one of each with the right ones.
    std::string sql = "CREATE SCHEMA odd; CREATE TABLE odd.jobs (title text); INSERT INTO odd.jobs VALUES ('baker');\n";
    for (auto const& suspect : suspects()) {
        sql += "CREATE TABLE public." + suspect.table + " (" + suspect.columns + "); INSERT INTO public." +
               suspect.table + " VALUES " + suspect.harmful +
               (suspect.harmless.empty() ? "" : ", " + suspect.harmless) + ";\n";
    }
    auto const outcome = restore_from_command("disarmed", shop.file("armed.sql", sql), {shipped("usual-suspects.sql")});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    for (auto const& suspect : suspects()) {
        std::string const table = "public." + suspect.table;
        EXPECT_EQ(shop.text("SELECT count(*) FROM " + table + " WHERE " + suspect.still_harmful, "disarmed"), "0")
            << table;
        if (!suspect.harmless.empty()) {
            EXPECT_NE(shop.text("SELECT count(*) FROM " + table, "disarmed"), "0")
                << table << " lost what was harmless";
        }
        EXPECT_NE(outcome.error_output.find("neutralised " + table + ":"), std::string::npos) << table;
    }
    EXPECT_EQ(shop.text("SELECT title FROM odd.jobs", "disarmed"), "baker")
        << "not every table of that name is a queue";
}

TEST(Neutralise, example_of_an_application_stops_while_a_setting_names_production) {
    auto& shop = Shop::shared();
    std::string const settings = "CREATE TABLE app_settings (key text, value text); INSERT INTO app_settings VALUES "
                                 "('base_url', 'https://shop.example.com'), ('smtp_host', 'mx.shop.example.com'), "
                                 "('payment_api_key', 'live')";
    auto const sound = restore_from_command("renamed_application", shop.file("settings.sql", settings + ";\n"),
                                            {shipped("application.sql")});
    EXPECT_EQ(sound.exit_code, 0) << sound.error_output;
    EXPECT_EQ(shop.text("SELECT string_agg(value, ' ' ORDER BY key) FROM public.app_settings", "renamed_application"),
              "https://acceptance.example.invalid  localhost");
    auto const unsound = restore_from_command(
        "armed_application", shop.file("more.sql", settings + ", ('cdn', 'https://shop.example.com/static');\n"),
        {shipped("application.sql")});
    EXPECT_EQ(unsound.exit_code, 69);
    EXPECT_NE(unsound.error_output.find("a setting still names production"), std::string::npos) << unsound.error_output;
    EXPECT_FALSE(shop.exists("armed_application"));
}

} // namespace
} // namespace sluice::db_restore
