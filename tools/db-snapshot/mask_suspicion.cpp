#include "tools/db-snapshot/mask_suspicion.hpp"

#include "common/postgres/quote.hpp"
#include "tools/db-snapshot/mask_literals.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace sluice::db_snapshot {

namespace {

struct Word {
    std::string_view part;
    char const* rule;
};

// Parts of column names, and the rule to begin with. Longer ones first, since the first that fits decides.
constexpr std::array<Word, 39> k_words{{{"email", "\"email\""},
                                        {"e_mail", "\"email\""},
                                        {"mail", "\"email\""},
                                        {"first_name", R"({"mask": "name", "part": "first"})"},
                                        {"firstname", R"({"mask": "name", "part": "first"})"},
                                        {"given_name", R"({"mask": "name", "part": "first"})"},
                                        {"last_name", R"({"mask": "name", "part": "last"})"},
                                        {"lastname", R"({"mask": "name", "part": "last"})"},
                                        {"surname", R"({"mask": "name", "part": "last"})"},
                                        {"family_name", R"({"mask": "name", "part": "last"})"},
                                        {"nickname", "\"name\""},
                                        {"username", "\"name\""},
                                        {"fullname", "\"name\""},
                                        {"name", "\"name\""},
                                        {"phone", "\"phone\""},
                                        {"mobile", "\"phone\""},
                                        {"telephone", "\"phone\""},
                                        {"fax", "\"phone\""},
                                        {"birth", R"({"mask": "date_shift", "days": 180})"},
                                        {"dob", R"({"mask": "date_shift", "days": 180})"},
                                        {"iban", "\"digits\""},
                                        {"ssn", "\"digits\""},
                                        {"bsn", "\"digits\""},
                                        {"passport", "\"digits\""},
                                        {"postcode", "\"digits\""},
                                        {"zip", "\"digits\""},
                                        {"card", "\"digits\""},
                                        {"address", "\"hash\""},
                                        {"street", "\"hash\""},
                                        {"city", "\"hash\""},
                                        {"token", "\"hash\""},
                                        {"secret", "\"hash\""},
                                        {"password", "\"hash\""},
                                        {"passwd", "\"hash\""},
                                        {"api_key", "\"hash\""},
                                        {"login", "\"hash\""},
                                        {"session", "\"hash\""},
                                        {"ip", "\"null\""},
                                        {"signature", "\"null\""}}};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
    return text;
}

// "ip" is a word of "client_ip" and none of "zip" or "description"; long words may have others grown on to them.
bool has_word(std::string const& name, std::string_view word) {
    constexpr std::size_t long_enough = 4;
    for (std::size_t at = name.find(word); at != std::string::npos; at = name.find(word, at + 1)) {
        bool const begins = at == 0 || name[at - 1] == '_';
        bool const ends = at + word.size() == name.size() || name[at + word.size()] == '_';
        if ((begins && ends) || word.size() > long_enough) {
            return true;
        }
    }
    return false;
}

Word const* word_in(std::string const& column) {
    std::string const name = lower(column);
    auto const place =
        std::find_if(k_words.begin(), k_words.end(), [&](Word const& word) { return has_word(name, word.part); });
    return place == k_words.end() ? nullptr : &*place;
}

bool may_hold_text(ColumnType const& type) {
    static std::set<std::string> const bases{"text", "varchar", "bpchar", "citext", "json", "jsonb", "xml", "hstore"};
    return bases.contains(type.base);
}

// Few blocks, from everywhere in the table; the whole of a small one.
std::string sample_of(SourceTable const& table) {
    constexpr double wanted_rows = 500;
    constexpr double whole = 100;
    std::string const name = postgres::quote_identifier(table.schema) + "." + postgres::quote_identifier(table.name);
    double const percent =
        table.rows > 20 * wanted_rows ? std::max(whole * 10 * wanted_rows / table.rows, 0.001) : whole;
    return "(SELECT * FROM ONLY " + name + " TABLESAMPLE SYSTEM (" + std::to_string(percent) +
           ") REPEATABLE (1) LIMIT " + std::to_string(static_cast<int>(wanted_rows)) + ") AS sluice_sample";
}

struct Pattern {
    char const* what;
    char const* expression;
};
constexpr std::array<Pattern, 3> k_patterns{
    {{"an e-mail address", k_email_pattern}, {"a telephone number", k_phone_pattern}, {"a token", k_token_pattern}}};

std::string counts_of(std::string const& column) {
    std::string const text = "sluice_sample." + postgres::quote_identifier(column) + "::text";
    std::string sql = "count(" + text + ")";
    for (auto const& pattern : k_patterns) {
        sql += ", count(*) FILTER (WHERE " + text + " ~ " + postgres::quote_literal(pattern.expression) + ")";
    }
    return sql;
}

// One value in twenty may be a coincidence in a text column; addresses rarely come alone.
std::string judged(postgres::Row const& row, std::size_t at) {
    constexpr std::int64_t one_in = 20;
    std::int64_t const values = postgres::number_of(row.at(at));
    for (std::size_t i = 0; i < k_patterns.size(); ++i) {
        std::int64_t const hits = postgres::number_of(row.at(at + 1 + i));
        if (hits > 0 && hits * one_in >= values) {
            return std::to_string(hits) + " of " + std::to_string(values) + " sampled values hold " +
                   k_patterns[i].what;
        }
    }
    return {};
}

class Search {
  public:
    explicit Search(postgres::Session& session) : m_session(session) {}

    Result<void> look_at(SourceTable const& table, MaskedTable const& masked) {
        std::vector<SourceColumn const*> sampled;
        std::string counts;
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            auto const& column = table.columns[i];
            if (masked.rules.at(i).kind != MaskKind::keep) {
                continue;
            }
            note(column, personal_name(column.name));
            if (may_hold_text(column.type)) {
                sampled.push_back(&column);
                counts += (counts.empty() ? "" : ", ") + counts_of(column.name);
            }
        }
        return sampled.empty() ? Result<void>{} : sample(table, sampled, counts);
    }

    [[nodiscard]] std::vector<Suspicion> take() { return std::move(m_found); }

  private:
    Result<void> sample(SourceTable const& table, std::vector<SourceColumn const*> const& columns,
                        std::string const& counts) {
        TRY_ASSIGN(auto const rows, m_session.query("SELECT " + counts + " FROM " + sample_of(table)));
        for (std::size_t i = 0; i < columns.size(); ++i) {
            note(*columns[i], judged(rows.at(0), i * (k_patterns.size() + 1)));
        }
        return {};
    }

    // Each column once, for the first reason: all partitions of a table have the same columns.
    void note(SourceColumn const& column, std::string const& reason) {
        std::string const name = column.decided_at + "." + column.name;
        if (!reason.empty() && m_names.insert(name).second) {
            m_found.push_back({name, reason});
        }
    }

    postgres::Session& m_session;
    std::set<std::string> m_names{};
    std::vector<Suspicion> m_found{};
};

} // namespace

std::string personal_name(std::string const& column) { return word_in(column) == nullptr ? "" : "its name"; }

std::string suggested_rule(SourceColumn const& column) {
    Word const* word = word_in(column.name);
    if (word == nullptr) {
        // Nobody should paste a keep for what may be anything.
        return may_hold_text(column.type) ? "one of: " + masks_for(column.type) : "\"keep\"";
    }
    auto const rule = json::parse(word->rule, "suggestion");
    auto const parsed = rule ? parse_mask_rule(*rule, "") : Result<MaskRule>(MaskRule{});
    bool const fits = parsed && mask_expression(*parsed, column.type, {"t", column.name}).has_value();
    bool const null_fits = !column.not_null || (parsed && parsed->kind != MaskKind::null);
    return fits && null_fits ? word->rule : "one of: " + masks_for(column.type);
}

Result<std::vector<Suspicion>> find_suspicions(postgres::Session& session, MaskSource const& source,
                                               MaskPlan const& plan) {
    Search search(session);
    for (std::size_t i = 0; i < source.tables.size(); ++i) {
        if (source.tables[i].has_rows) {
            TRY(search.look_at(source.tables[i], plan.tables.at(i)));
        }
    }
    return search.take();
}

} // namespace sluice::db_snapshot
