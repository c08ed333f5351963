#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::split_check {

/// What a rule says whatever it is about. The verdict of a finding depends on the statement and stands there.
struct Rule {
    int number;
    std::string_view name;   ///< for waivers and reports
    std::string_view harm;   ///< what breaks, for whom
    std::string_view advice; ///< the safe way
};

namespace rule {
/// Numbers as in the manual. Those from 100 on are about the release and not about a statement.
enum Number : int {
    drop_table = 1,
    drop_column,
    drop_object,
    rename,
    add_required_column,
    add_column_default,
    add_column_volatile_default,
    add_serial_column,
    add_generated_column,
    domain_constraint,
    add_column_references,
    add_column_check,
    add_json_column,
    change_type,
    set_not_null,
    drop_not_null,
    change_default,
    add_check,
    add_foreign_key,
    validate_in_same_transaction,
    add_unique,
    drop_constraint,
    create_index,
    concurrently_in_transaction,
    drop_index,
    add_enum_value,
    truncate,
    bulk_write,
    rewrite_table,
    refresh_view,
    partition,
    trigger_rule_policy,
    revoke_or_owner,
    replace_routine,
    no_lock_timeout,
    many_locks,
    opaque,
    applied_migration,
    expand_and_contract,
    style,
    mysql,
    mixed = 100,
    unclassified,
    waiver_problem,
    unsupported,
    no_answer,
    other_pipeline,
};
} // namespace rule

[[nodiscard]] std::vector<Rule> const& all_rules();
[[nodiscard]] Rule const& rule_of(int number);

/// By number or name, as a person writes it.
[[nodiscard]] std::optional<int> rule_number(std::string_view text);

} // namespace sluice::split_check
