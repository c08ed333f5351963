#include "tools/db-snapshot/mask_plan.hpp"

#include "common/json/json.hpp"
#include "common/result/did_you_mean.hpp"
#include "tools/db-snapshot/mask_defaults.hpp"
#include "tools/db-snapshot/mask_keys.hpp"
#include "tools/db-snapshot/mask_suspicion.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <set>

namespace sluice::db_snapshot {

namespace {

/// Finds each column's rule: its own entry first, then the first pattern.
class Decisions {
  public:
    explicit Decisions(MaskFile const& file) : m_file(file) {}

    [[nodiscard]] MaskRule const* find(std::string const& table, std::string const& column) const {
        if (auto const own = m_file.tables.find(table); own != m_file.tables.end()) {
            if (auto const rule = own->second.find(column); rule != own->second.end()) {
                return &rule->second;
            }
        }
        std::string const name = table + "." + column;
        auto const pattern = std::find_if(m_file.patterns.begin(), m_file.patterns.end(), [&](auto const& one) {
            return fnmatch(one.columns.c_str(), name.c_str(), 0) == 0;
        });
        return pattern == m_file.patterns.end() ? nullptr : &pattern->rule;
    }

  private:
    MaskFile const& m_file;
};

// Every name in the file has to be there: a misspelt one would leave the column it means without its mask.
class NameCheck {
  public:
    explicit NameCheck(MaskSource const& source) {
        for (auto const& table : source.tables) {
            auto& columns = m_columns[table.plain_name()];
            for (auto const& column : table.columns) {
                columns[column.name] = column.decided_at;
            }
        }
    }

    void check(MaskFile const& file, std::vector<std::string>& problems) const {
        for (auto const& [table, columns] : file.tables) {
            auto const place = m_columns.find(table);
            if (place == m_columns.end()) {
                problems.push_back("there is no table " + table + did_you_mean(table, names_of(m_columns)));
                continue;
            }
            for (auto const& [column, rule] : columns) {
                check_column(table, column, place->second, problems);
            }
        }
    }

  private:
    using Columns = std::map<std::string, std::string>;

    static void check_column(std::string const& table, std::string const& column, Columns const& columns,
                             std::vector<std::string>& problems) {
        auto const place = columns.find(column);
        if (place == columns.end()) {
            problems.push_back(table + " has no column " + column + " that is stored" +
                               did_you_mean(column, names_of(columns)));
        } else if (place->second != table) {
            problems.push_back(table + "." + column + " is inherited: its decision belongs at " + place->second);
        }
    }

    template <class Map> static std::vector<std::string> names_of(Map const& map) {
        std::vector<std::string> names;
        for (auto const& [name, value] : map) {
            names.push_back(name);
        }
        return names;
    }

    static std::string did_you_mean(std::string const& wrong, std::vector<std::string> const& known) {
        std::string const sentence = result::did_you_mean(wrong, known);
        return sentence.empty() ? sentence : " (" + sentence + ")";
    }

    std::map<std::string, Columns> m_columns{};
};

std::string line_for(SourceColumn const& column) {
    return json::dump(column.name) + ": " + suggested_rule(column) + "   in " + json::dump(column.decided_at);
}

/// Goes through the tables that have rows.
class Planner {
  public:
    Planner(MaskFile const& file, MaskSource const& source, MaskPlan& plan)
        : m_decisions(file), m_source(source), m_plan(plan) {}

    void plan_tables() {
        for (auto const& table : m_source.tables) {
            m_plan.tables.push_back(table.has_rows ? plan_table(table) : MaskedTable{});
            note_defaults(table);
        }
    }

  private:
    MaskedTable plan_table(SourceTable const& table) {
        MaskedTable masked;
        bool any = false;
        for (auto const& column : table.columns) {
            MaskRule const* rule = m_decisions.find(column.decided_at, column.name);
            masked.decided.push_back(rule != nullptr);
            masked.rules.push_back(rule == nullptr ? MaskRule{} : *rule);
            if (rule == nullptr) {
                note_undecided(column);
            }
            masked.expressions.push_back(expression(table, column, masked.rules.back()));
            any = any || masked.rules.back().kind != MaskKind::keep;
        }
        if (!any) {
            masked.expressions.clear();
        }
        return masked;
    }

    void note_undecided(SourceColumn const& column) {
        std::string const name = column.decided_at + "." + column.name;
        if (m_noted.insert(name).second) {
            m_plan.undecided.push_back({name, column.type.name, line_for(column)});
        }
    }

    void problem(std::string const& text) {
        if (m_noted.insert(text).second) {
            m_plan.problems.push_back(text);
        }
    }

    std::string expression(SourceTable const& table, SourceColumn const& column, MaskRule const& rule) {
        std::string const name = column.decided_at + "." + column.name;
        auto sql = mask_expression(rule, column.type, {table.name, column.name});
        if (!sql) {
            problem(name + ": " + sql.error().message + ". " + sql.error().hint);
            return "NULL";
        }
        if (rule.kind == MaskKind::null && column.not_null) {
            problem(name + " is NOT NULL and cannot be masked with null");
        }
        if (!rule.by.empty() && std::none_of(table.columns.begin(), table.columns.end(),
                                             [&](SourceColumn const& other) { return other.name == rule.by; })) {
            problem(name + ": \"by\" names " + rule.by + ", and there is no such column");
        }
        if (rule.kind != MaskKind::keep) {
            note_masked(column, rule);
        }
        return *sql;
    }

    void note_masked(SourceColumn const& column, MaskRule const& rule) {
        if (m_noted.insert("masked " + column.decided_at + "." + column.name).second) {
            m_plan.masking.columns.push_back({column.decided_at, column.name, std::string(name_of(rule.kind)),
                                              uses_key(rule.kind) ? rule.domain : std::string{}});
        }
    }

    void note_defaults(SourceTable const& table) {
        for (auto const& column : table.columns) {
            MaskRule const* rule = m_decisions.find(column.decided_at, column.name);
            bool const drops = rule != nullptr && rule->kind != MaskKind::keep && !rule->keep_default;
            if (drops && holds_literal(column.default_sql)) {
                m_plan.dropped_defaults.push_back({table.schema, table.name, column.name, column.default_sql,
                                                   column.decided_at != table.plain_name()});
            }
        }
    }

    Decisions m_decisions;
    MaskSource const& m_source;
    MaskPlan& m_plan;
    std::set<std::string> m_noted{};
};

void decide_the_rest(MaskFile const& file, MaskSource const& source, MaskPlan& plan) {
    plan.masking.file_sha256 = file.sha256;
    plan.masking.comments_kept = file.keep_comments.value_or(false);
    plan.masking.large_objects_kept = file.keep_large_objects.value_or(false);
    if (source.has_comments && !file.keep_comments) {
        plan.undecided.push_back({"comments", "", R"("comments": "drop")"});
    }
    if (source.large_objects > 0 && !file.keep_large_objects) {
        plan.undecided.push_back({"large objects", "", R"("large_objects": "drop")"});
    }
}

void decide_literals(MaskFile const& file, MaskSource const& source, MaskPlan& plan) {
    std::set<std::string> settled(file.literals.begin(), file.literals.end());
    for (auto const& dropped : plan.dropped_defaults) {
        settled.insert("default of " + dropped.plain_name());
    }
    for (auto const& name : source.literals) {
        if (!settled.contains(name)) {
            plan.undecided.push_back({name, "", "\"literals\": [" + json::dump(name) + "]"});
        }
    }
}

} // namespace

MaskPlan plan_masks(MaskFile const& file, MaskSource const& source) {
    MaskPlan plan;
    NameCheck(source).check(file, plan.problems);
    Planner(file, source, plan).plan_tables();
    check_keys(source, plan.tables, plan.problems);
    decide_the_rest(file, source, plan);
    decide_literals(file, source, plan);
    return plan;
}

Result<void> apply_masks(MaskPlan const& plan, MaskSource const& source, snapshot::Inventory& inventory) {
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < source.tables.size(); ++i) {
        places.emplace(source.tables[i].plain_name(), i);
    }
    for (auto& table : inventory.tables) {
        auto const place = places.find(table.plain_name());
        bool const known =
            place != places.end() &&
            std::equal(table.columns.begin(), table.columns.end(), source.tables[place->second].columns.begin(),
                       source.tables[place->second].columns.end(),
                       [](auto const& name, auto const& column) { return name == column.name; });
        if (!known) {
            return fail(Errc::internal, "no mask was planned for table '" + table.plain_name() + "'");
        }
        table.masked_columns = plan.tables[place->second].expressions;
    }
    if (!plan.masking.comments_kept) {
        inventory.properties.comment.clear();
        inventory.left_out.emplace_back("all comments (mask file)");
        for (auto& object : inventory.large_objects) {
            object.comment.clear();
        }
    }
    if (!plan.masking.large_objects_kept && !inventory.large_objects.empty()) {
        inventory.left_out.push_back(std::to_string(inventory.large_objects.size()) + " large objects (mask file)");
        inventory.large_objects.clear();
    }
    for (auto const& dropped : plan.dropped_defaults) {
        inventory.left_out.push_back("default of " + dropped.plain_name() + " (masked column)");
    }
    return {};
}

} // namespace sluice::db_snapshot
