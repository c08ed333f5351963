#include "tools/split-check/rules.hpp"

#include <algorithm>
#include <string>

namespace sluice::split_check {

std::vector<Rule> const& all_rules() {
    static std::vector<Rule> const rules{
        {rule::drop_table, "drop-table", "code now running that reads or writes the table fails, and its rows are lost",
         "Deploy code that no longer names the table, keep that code for one whole release, then drop it."},
        {rule::drop_column, "drop-column",
         "code now running that names the column fails, and so does code that read the columns when it started; its "
         "values are lost",
         "Make the code ignore the column, deploy that, then drop the column in a later release."},
        {rule::drop_object, "drop-object", "code now running that uses it fails",
         "Deploy code that no longer uses it, then drop it in a later release."},
        {rule::rename, "rename", "code now running knows the old name alone and the next code the new one alone",
         "Add the new name beside the old one (a column with a trigger, or a view), move the code over, drop the old "
         "one a release later. Or rename in the code only."},
        {rule::add_required_column, "add-required-column",
         "it fails on a table that has rows, and every INSERT of the code now running fails",
         "Add the column nullable or, since version 11, with a constant default; make it NOT NULL once all code fills "
         "it."},
        {rule::add_column_default, "add-column-default", "before version 11 the whole table is rewritten while locked",
         "Add the column without a default, set the default, fill old rows in batches."},
        {rule::add_column_volatile_default, "add-column-volatile-default",
         "each row needs a value of its own, so the whole table and its indexes are rewritten while locked",
         "Add the column without a default, set the default for new rows, fill old rows in batches."},
        {rule::add_serial_column, "add-serial-column",
         "each row gets a number, so the whole table and its indexes are rewritten while locked",
         "Add a plain nullable column, create a sequence and make it the default, fill old rows in batches."},
        {rule::add_generated_column, "add-generated-column",
         "a stored generated column is computed for each row, so the whole table is rewritten while locked",
         "Use a plain column that a trigger fills, or a VIRTUAL one from version 18 on."},
        {rule::domain_constraint, "domain-constraint",
         "every table with a column of the domain is checked, or rewritten, while locked",
         "Use a plain type with a CHECK that is added NOT VALID and validated later."},
        {rule::add_column_references, "add-column-references",
         "writes to the referenced table wait as well as all use of this one",
         "Add the column alone, then the foreign key NOT VALID, then validate it."},
        {rule::add_column_check, "add-column-check", "the whole table is read while locked",
         "Add the column alone, then the CHECK as NOT VALID, then validate it in a later transaction."},
        {rule::add_json_column, "add-json-column",
         "json has no equality, so a SELECT DISTINCT of the code now running fails", "Use jsonb, which compares."},
        {rule::change_type, "change-type",
         "unless the new type stores the same bytes the whole table and its indexes are rewritten while locked, and "
         "code now running meets a type it does not expect",
         "Add a column of the new type, write both, fill old rows in batches, move the reads, drop the old column."},
        {rule::set_not_null, "set-not-null",
         "the whole table is read while locked, and code now running that writes NULL fails",
         "Add CHECK (column IS NOT NULL) NOT VALID, validate it in a later transaction, then SET NOT NULL (version 12 "
         "on skips the scan)."},
        {rule::drop_not_null, "drop-not-null", "code now running may read a NULL that it does not expect",
         "Deploy code that can read NULL before code that writes it."},
        {rule::change_default, "change-default",
         "code that leaves the column out of its INSERT writes another value, or fails where NULL is not allowed",
         "Make the code write the value itself before the default changes."},
        {rule::add_check, "add-check",
         "the whole table is read while locked, and code now running that breaks the rule fails",
         "Add it NOT VALID once the code keeps to it, and VALIDATE it in a later transaction."},
        {rule::add_foreign_key, "add-foreign-key",
         "writes to both tables wait while all rows are checked, and code now running that breaks the rule fails",
         "Add it NOT VALID once the code keeps to it, and VALIDATE it in a later transaction."},
        {rule::validate_in_same_transaction, "validate-in-same-transaction",
         "the strong lock of ADD CONSTRAINT is held through the whole scan, so NOT VALID gained nothing",
         "Put VALIDATE CONSTRAINT into a migration of its own."},
        {rule::add_unique, "add-unique",
         "all use of the table waits while the index is built, and code now running that writes duplicates fails",
         "CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … USING INDEX. EXCLUDE has no such form."},
        {rule::drop_constraint, "drop-constraint",
         "rows that the next code does not expect become possible; a foreign key locks both tables",
         "Deploy code that does without the constraint first."},
        {rule::create_index, "create-index", "writes wait until the index is built",
         "CREATE INDEX CONCURRENTLY, outside a transaction."},
        {rule::concurrently_in_transaction, "concurrently-in-transaction",
         "PostgreSQL refuses CONCURRENTLY inside a transaction, so the migration fails when it runs",
         "Mark the migration as one without a transaction, and put nothing else into it."},
        {rule::drop_index, "drop-index", "all use of the table waits, and queries that need the index become slow",
         "DROP INDEX CONCURRENTLY, or REINDEX … CONCURRENTLY from version 12 on."},
        {rule::add_enum_value, "add-enum-value",
         "code now running may read a value it does not know; the value cannot be used before the commit",
         "Deploy code that can read the value first, and use the value in a later migration."},
        {rule::truncate, "truncate",
         "all rows are lost, also those of referencing tables with CASCADE, and all use of them waits",
         "Delete in batches, after the code has stopped using the rows."},
        {rule::bulk_write, "bulk-write", "every row it touches stays locked until the commit, and the table bloats",
         "Write in batches by key, each in its own transaction, in a migration without DDL."},
        {rule::rewrite_table, "rewrite-table", "the whole table is rewritten while locked",
         "Use pg_repack or a copy that is kept in step, outside the release."},
        {rule::refresh_view, "refresh-view", "readers of the view wait until it is filled",
         "REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on the view."},
        {rule::partition, "partition", "the parent or the new partition is locked, and a scan may run under the lock",
         "Create the table alone with a matching CHECK, then ATTACH it; DETACH with CONCURRENTLY from version 14 on."},
        {rule::trigger_rule_policy, "trigger-rule-policy",
         "what code now running reads or writes changes without its knowing",
         "Create policies before row security is enabled, and test the old code against the new behaviour."},
        {rule::revoke_or_owner, "revoke-or-owner", "code now running may lose a right that it uses",
         "Grant the new right, deploy, then take the old one away in a later release."},
        {rule::replace_routine, "replace-routine", "code now running gets the new behaviour at once",
         "Give the new version a new name and move the callers over."},
        {rule::no_lock_timeout, "no-lock-timeout",
         "a strong lock is asked for without a limit: behind one long query it waits, and everything else behind it",
         "SET lock_timeout = '2s' before it and try again on failure, or say lock_timeout_set in the configuration "
         "when the runner does so."},
        {rule::many_locks, "many-locks",
         "the times of the locks add up until the commit, and two such transactions can block each other for good",
         "One strongly locked table per transaction."},
        {rule::opaque, "opaque", "what it does cannot be read from the file, so it counts as unknown",
         "Write it as plain SQL, let a render command print the SQL, or waive it with the reason."},
        {rule::applied_migration, "applied-migration",
         "the tool stops at a changed checksum, or skips the change without a word where it already ran",
         "Leave it as it was deployed and add a new migration."},
        {rule::expand_and_contract, "expand-and-contract",
         "the code between both steps never runs alone, so one of the two sides breaks",
         "Two releases: the additions now, the removals after the code has moved."},
        {rule::style, "style", "a matter of style, not of safety", "See the manual of PostgreSQL, \"Don't do this\"."},
        {rule::mysql, "mysql", "MySQL's grammar is not read, so nothing better than a review can be said",
         "Look at the statement's ALGORITHM and LOCK; use an online schema change tool for large tables."},
        {rule::mixed, "mixed",
         "code and migrations change in one step, so neither can be deployed, checked or taken back alone",
         "Cut it: 'split-check plan' shows where."},
        {rule::unclassified, "unclassified", "it changes a schema and no class knows it, so it counts as code",
         "Add 'migration PATTERN' or 'neutral PATTERN' to classes in .split-check/config.json."},
        {rule::waiver_problem, "waiver-problem", "the waiver does not count", "Correct the waiver or remove it."},
        {rule::unsupported, "unsupported", "code and schema cannot be deployed apart",
         "Take the schema change out of the program's start."},
        {rule::no_answer, "no-answer", "nothing is known of this release, which is no yes", "Correct the job's call."},
        {rule::other_pipeline, "other-pipeline", "one half of it would be left out and count as deployed",
         "Start the pipeline that the release is for, or cut it: 'split-check plan' shows where."},
    };
    return rules;
}

Rule const& rule_of(int number) {
    auto const& rules = all_rules();
    auto const place = std::find_if(rules.begin(), rules.end(), [&](Rule const& r) { return r.number == number; });
    return place == rules.end() ? rules[rule::opaque - 1] : *place;
}

std::optional<int> rule_number(std::string_view text) {
    for (auto const& one : all_rules()) {
        if (one.name == text || std::to_string(one.number) == text) {
            return one.number;
        }
    }
    return std::nullopt;
}

} // namespace sluice::split_check
