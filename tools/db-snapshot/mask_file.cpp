#include "tools/db-snapshot/mask_file.hpp"

#include "common/json/object_reader.hpp"
#include "common/snapshot/digest.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace sluice::db_snapshot {

namespace {

Result<std::optional<bool>> read_kept(json::ObjectReader& reader, std::string const& key) {
    auto const text = reader.optional<std::string>(key);
    if (text && *text != "keep" && *text != "drop") {
        return fail(Errc::bad_data, "'" + reader.path_of(key) + R"(' must be "keep" or "drop")");
    }
    return text ? std::optional<bool>(*text == "keep") : std::nullopt;
}

Result<std::map<std::string, MaskRule>> read_columns(Json const& json, std::string const& path) {
    if (!json.is_object()) {
        return fail(Errc::bad_data, "'" + path + "' must be an object of columns and masks");
    }
    std::map<std::string, MaskRule> columns;
    for (auto const& [column, rule] : json.items()) {
        TRY_ASSIGN(columns[column], parse_mask_rule(rule, path + "/" + column));
    }
    return columns;
}

Result<void> read_tables(json::ObjectReader& reader, MaskFile& file) {
    Json const* tables = reader.find("tables");
    if (tables == nullptr || !tables->is_object()) {
        return fail(Errc::bad_data, "'/tables' must be an object of tables",
                    R"(Write "tables": {"public.person": {"email": "email"}}.)");
    }
    for (auto const& [table, columns] : tables->items()) {
        TRY_ASSIGN(file.tables[table], read_columns(columns, "/tables/" + table));
    }
    return {};
}

// "public.*.id" names columns that somebody looked at; "public.*.*" would keep columns that do not exist yet.
Result<void> check_pattern(MaskPattern const& pattern, std::string const& path) {
    if (std::count(pattern.columns.begin(), pattern.columns.end(), '.') < 2) {
        return fail(Errc::bad_data, "'" + path + "': '" + pattern.columns + "' is no pattern for schema.table.column",
                    R"(Write for example "*.*.id" or "audit.*.created_at".)");
    }
    bool const every_column =
        pattern.columns.substr(pattern.columns.rfind('.') + 1).find_first_not_of('*') == std::string::npos;
    if (every_column && pattern.rule.kind == MaskKind::keep) {
        return fail(Errc::bad_data, "'" + path + "' would keep columns that nobody has seen yet",
                    "Name the columns to keep; a pattern for every column is possible with other masks.");
    }
    return {};
}

Result<void> read_patterns(json::ObjectReader& reader, MaskFile& file) {
    Json const* patterns = reader.find("patterns");
    if (patterns == nullptr) {
        return {};
    }
    if (!patterns->is_array()) {
        return fail(Errc::bad_data, "'/patterns' must be a list", "The first pattern that matches a column counts.");
    }
    for (std::size_t i = 0; i < patterns->size(); ++i) {
        std::string const path = "/patterns/" + std::to_string(i);
        Json rule = (*patterns)[i];
        if (!rule.is_object() || !rule.contains("columns") || !rule["columns"].is_string()) {
            return fail(Errc::bad_data, "'" + path + R"(' must be an object with "columns" and "mask")");
        }
        MaskPattern pattern{rule["columns"].get<std::string>(), {}};
        rule.erase("columns");
        TRY_ASSIGN(pattern.rule, parse_mask_rule(rule, path));
        TRY(check_pattern(pattern, path + "/columns"));
        file.patterns.push_back(std::move(pattern));
    }
    return {};
}

Result<MaskFile> read_document(Json const& document) {
    json::ObjectReader reader(document, "");
    MaskFile file;
    constexpr unsigned version = 1;
    auto const stated = reader.required<unsigned>("version");
    if (stated != 0 && stated != version) {
        return fail(Errc::bad_data, "'/version' is " + std::to_string(stated) + "; this program reads 1");
    }
    file.key = reader.optional<std::string>("key").value_or("");
    TRY_ASSIGN(file.keep_comments, read_kept(reader, "comments"));
    TRY_ASSIGN(file.keep_large_objects, read_kept(reader, "large_objects"));
    file.literals = reader.optional<std::vector<std::string>>("literals").value_or(std::vector<std::string>{});
    Json const* tables = reader.find("tables");
    Json const* patterns = reader.find("patterns");
    if (tables != nullptr || patterns == nullptr) {
        TRY(read_tables(reader, file));
    }
    TRY(read_patterns(reader, file));
    TRY(reader.finish());
    if (file.uses_key() && file.key.empty()) {
        return fail(Errc::bad_data, "'/key' is missing",
                    R"(Name where the key is: "key": "env:MASK_KEY" or "file:PATH".)");
    }
    return file;
}

} // namespace

bool MaskFile::uses_key() const {
    auto const keyed = [](MaskRule const& rule) {
        return db_snapshot::uses_key(rule.kind) ||
               std::any_of(rule.paths.begin(), rule.paths.end(),
                           [](auto const& path) { return db_snapshot::uses_key(path.second.kind); });
    };
    auto const in_table = [&](auto const& table) {
        return std::any_of(table.second.begin(), table.second.end(),
                           [&](auto const& one) { return keyed(one.second); });
    };
    return std::any_of(tables.begin(), tables.end(), in_table) ||
           std::any_of(patterns.begin(), patterns.end(), [&](auto const& one) { return keyed(one.rule); });
}

Result<MaskFile> parse_mask_file(std::string_view text, std::string const& name) {
    json::Locator const locator{std::string(text), name};
    auto const located = [&](Error error) {
        error.kind = Errc::usage;
        return locator.pointed(std::move(error));
    };
    TRY_ASSIGN(Json const document, json::parse(text, name).map_error(located));
    TRY_ASSIGN(MaskFile file, read_document(document).map_error(located));
    file.name = name;
    file.sha256 = snapshot::sha256_hex(text);
    return file;
}

Result<MaskFile> read_mask_file(std::string const& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    // An empty file puts nothing into `text`, which counts as a failure of that stream alone.
    text << stream.rdbuf();
    if (!stream.is_open() || stream.bad()) {
        return fail(Errc::usage, "cannot read the mask file '" + path + "'",
                    "Name a file that this user may read with --mask.");
    }
    return parse_mask_file(text.str(), path);
}

} // namespace sluice::db_snapshot
