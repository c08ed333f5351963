#include "tools/db-snapshot/mask.hpp"

#include "common/postgres/quote.hpp"

#include <algorithm>

namespace sluice::db_snapshot {

namespace {

std::string bullet_list(std::vector<std::string> const& lines) {
    std::string text;
    for (auto const& line : lines) {
        text += "\n  " + line;
    }
    return text;
}

Result<void> refuse_undecided(MaskPlan const& plan, std::string const& file) {
    if (plan.undecided.empty()) {
        return {};
    }
    std::vector<std::string> lines;
    for (auto const& one : plan.undecided) {
        lines.push_back(one.what + (one.type.empty() ? "" : " (" + one.type + ")") + "   " + one.line);
    }
    return fail(Errc::refused,
                "'" + file + "' does not decide " + std::to_string(lines.size()) +
                    " of what this database holds:" + bullet_list(lines),
                "Nothing was taken. Add a decision for each; the lines above are where to begin. See also: db-snapshot "
                "mask lint.");
}

Result<void> refuse_problems(MaskPlan const& plan, std::string const& file) {
    if (plan.problems.empty()) {
        return {};
    }
    return fail(Errc::usage, "'" + file + "' does not fit this database:" + bullet_list(plan.problems),
                "Nothing was taken. Correct the mask file.");
}

std::string state_in(Error const& error) {
    std::size_t const at = error.message.find("SQLSTATE ");
    return at == std::string::npos ? std::string{}
                                   : error.message.substr(at, std::string_view("SQLSTATE 00000").size());
}

std::string from_table(std::string const& schema, std::string const& table) {
    return " FROM ONLY " + postgres::quote_identifier(schema) + "." + postgres::quote_identifier(table);
}

// What the file spells out may not be SQL at all, or of another type.
Result<void> compile_expression(postgres::Session& session, SourceTable const& table, SourceColumn const& column,
                                std::string const& expression) {
    auto const compiled =
        session.query("SELECT " + expression + " AS masked" + from_table(table.schema, table.name) + " LIMIT 0");
    if (!compiled && compiled.error().kind != Errc::temporary && compiled.error().kind != Errc::interrupted) {
        return fail(Errc::usage,
                    "the mask of " + column.decided_at + "." + column.name + " gives no " + column.type.name + " (" +
                        state_in(compiled.error()) + ")",
                    "Correct its value or expression in the mask file.");
    }
    return compiled.map([](postgres::Rows const&) {});
}

Result<void> compile_all(postgres::Session& session, MaskSource const& source, MaskPlan const& plan) {
    for (std::size_t i = 0; i < source.tables.size(); ++i) {
        auto const& masked = plan.tables[i];
        for (std::size_t k = 0; k < masked.expressions.size(); ++k) {
            MaskKind const kind = masked.rules[k].kind;
            if (kind == MaskKind::sql || kind == MaskKind::fixed) {
                TRY(compile_expression(session, source.tables[i], source.tables[i].columns[k], masked.expressions[k]));
            }
        }
    }
    return {};
}

struct Checked {
    MaskSource source;
    MaskPlan plan;
};

Result<Checked> check_against(MaskFile const& file, postgres::Session& session,
                              std::vector<std::string> const& exclude_data) {
    Checked checked;
    TRY_ASSIGN(checked.source, read_mask_source(session, exclude_data));
    checked.plan = plan_masks(file, checked.source);
    TRY(refuse_problems(checked.plan, file.name));
    TRY(refuse_undecided(checked.plan, file.name));
    TRY(compile_all(session, checked.source, checked.plan));
    return checked;
}

} // namespace

Result<Masks> Masks::load(std::string const& path, ci::Environment const& environment) {
    TRY_ASSIGN(MaskFile file, read_mask_file(path));
    std::optional<MaskKey> key;
    if (file.uses_key()) {
        TRY_ASSIGN(key, read_mask_key(file.key, environment));
    }
    return Masks(std::move(file), std::move(key));
}

// Options travel in the startup packet, which no setting of the server writes to its log; a statement with the key,
// even as a parameter, would be in it where statements are logged. Expressions are cheap and many: compiling them for
// each range would cost more than it gains, and a parallel plan would shuffle the rows.
Result<postgres::ConnectionParameters> Masks::connection(postgres::ConnectionParameters const& source) const {
    TRY_ASSIGN(auto const spelt_out, postgres::spell_out(source));
    std::string options = spelt_out.get("options");
    options += (options.empty() ? "" : " ") + std::string("-c jit=off -c max_parallel_workers_per_gather=0");
    if (m_key) {
        options += " -c " + std::string(k_mask_key_setting) + "=" + m_key->hex;
    }
    return source.with("options", options);
}

Result<MaskPlan> Masks::check(postgres::Session& session, std::vector<std::string> const& exclude_data) const {
    return check_against(m_file, session, exclude_data).map([](Checked checked) { return std::move(checked.plan); });
}

Result<MaskPlan> Masks::apply(snapshot::SourceView& view, std::vector<std::string> const& exclude_data) const {
    TRY_ASSIGN(Checked checked, check_against(m_file, view.holder(), exclude_data));
    TRY(apply_masks(checked.plan, checked.source, view.inventory()));
    return std::move(checked.plan);
}

snapshot::Masking Masks::manifest_part(MaskPlan const& plan) const {
    snapshot::Masking masking = plan.masking;
    masking.key_fingerprint = m_key ? m_key->fingerprint : std::string{};
    return masking;
}

Error without_values(Error error, std::string const& table) {
    std::string const state = state_in(error);
    if (state.empty() || error.kind == Errc::temporary || error.kind == Errc::interrupted) {
        return error;
    }
    error.message = "a mask of table " + table + " failed on the server (" + state + ")";
    error.hint = "The server's own words are not shown, since they can hold a value.";
    return error;
}

Error blame_column(postgres::Session& session, snapshot::Table const& table, Error error) {
    if (state_in(error).empty()) {
        return error;
    }
    for (std::size_t i = 0; i < table.masked_columns.size(); ++i) {
        auto const probed =
            session.query("SELECT count(" + table.masked_columns[i] + ")" + from_table(table.schema, table.name));
        if (!probed) {
            error.message = "the mask of " + table.plain_name() + "." + table.columns[i] + " failed on the server (" +
                            state_in(probed.error()) + ")";
            return error;
        }
    }
    return error;
}

} // namespace sluice::db_snapshot
