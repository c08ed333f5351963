#include "tools/db-snapshot/mask_keys.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::db_snapshot {

namespace {

struct Place {
    SourceTable const* table = nullptr;
    SourceColumn const* column = nullptr;
    MaskRule const* rule = nullptr;
};

/// Finds columns by name; those of tables without rows are not found, as nothing of them is read.
class Places {
  public:
    Places(MaskSource const& source, std::vector<MaskedTable> const& tables) {
        for (std::size_t i = 0; i < source.tables.size(); ++i) {
            auto const& table = source.tables[i];
            for (std::size_t k = 0; k < tables[i].rules.size(); ++k) {
                Place const place{&table, &table.columns[k], &tables[i].rules[k]};
                m_places[table.plain_name()].emplace(table.columns[k].name, place);
                // A foreign key or index of a partitioned root is judged by any of its partitions.
                m_places[table.columns[k].decided_at].emplace(table.columns[k].name, place);
            }
        }
    }

    [[nodiscard]] Place find(std::string const& table, std::string const& column) const {
        auto const columns = m_places.find(table);
        if (columns == m_places.end()) {
            return {};
        }
        auto const place = columns->second.find(column);
        return place == columns->second.end() ? Place{} : place->second;
    }

  private:
    std::map<std::string, std::map<std::string, Place>> m_places{};
};

// Of n values with b bits some two are equal with a chance of n^2 / 2^(b+1). Ten bits on top keep it below one in a
// thousand; should it happen, the restore fails at the index, and nothing goes wrong unseen.
double bits_needed(double rows) {
    constexpr double margin = 10;
    return 2 * std::log2(std::max(rows, 2.0)) + margin;
}

std::string column_name(Place const& place) { return place.column->decided_at + "." + place.column->name; }

void check_index(SourceIndex const& index, Places const& places, std::vector<std::string>& problems) {
    for (auto const& name : index.columns) {
        Place const place = places.find(index.table, name);
        if (place.rule == nullptr || place.rule->kind == MaskKind::keep) {
            continue;
        }
        std::string const mask(name_of(place.rule->kind));
        if (index.exclusion) {
            problems.push_back(column_name(place) + ": the exclusion constraint " + index.name +
                               " covers it, which no mask is known to keep. Only keep is possible");
        } else if (index.nulls_not_distinct && place.rule->kind == MaskKind::null) {
            problems.push_back(column_name(place) + ": the unique index " + index.name +
                               " takes nulls for equal, so null is not possible");
        } else if (distinct_bits(*place.rule, place.column->type) < bits_needed(place.table->rows)) {
            problems.push_back(column_name(place) + ": the unique index " + index.name + " covers it, and " + mask +
                               " may make different values equal. Use hash or email on a type with room, or keep; "
                               "for sql say \"unique\": true");
        }
    }
}

// Both ends of a foreign key give equal values for equal values exactly when their expressions are the same but for the
// column's name.
std::string shape(Place const& place) {
    return mask_expression(*place.rule, place.column->type, {"t", "c"}).value_or("?");
}

bool hold_together(Place const& from, Place const& to) {
    bool const both_kept = from.rule->kind == MaskKind::keep && to.rule->kind == MaskKind::keep;
    return both_kept || from.rule->kind == MaskKind::null || shape(from) == shape(to);
}

std::string described(Place const& place) {
    std::string const domain = uses_key(place.rule->kind) ? " in domain " + place.rule->domain : std::string{};
    return column_name(place) + " (" + place.column->type.name + ") has " + std::string(name_of(place.rule->kind)) +
           domain;
}

void check_foreign_key(SourceForeignKey const& key, Places const& places, std::vector<std::string>& problems) {
    for (std::size_t i = 0; i < key.from_columns.size(); ++i) {
        Place const from = places.find(key.from_table, key.from_columns[i]);
        Place const to = places.find(key.to_table, key.to_columns.at(i));
        if (from.rule != nullptr && to.rule != nullptr && !hold_together(from, to)) {
            problems.push_back("foreign key " + key.name + ": " + described(from) + " and " + described(to) +
                               ". Both ends need the same mask, domain and type");
        }
    }
}

} // namespace

void check_keys(MaskSource const& source, std::vector<MaskedTable> const& tables, std::vector<std::string>& problems) {
    Places const places(source, tables);
    std::vector<std::string> found;
    for (auto const& index : source.indexes) {
        check_index(index, places, found);
    }
    for (auto const& key : source.foreign_keys) {
        check_foreign_key(key, places, found);
    }
    // Each partition has the index of its root, and each would say the same.
    for (auto& problem : found) {
        if (std::find(problems.begin(), problems.end(), problem) == problems.end()) {
            problems.push_back(std::move(problem));
        }
    }
}

} // namespace sluice::db_snapshot
