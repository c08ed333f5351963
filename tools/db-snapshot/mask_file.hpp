#pragma once

#include "common/json/json.hpp"
#include "common/result/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::db_snapshot {

enum class MaskKind { keep, null, fixed, hash, email, name, phone, digits, date_shift, json, sql };

/// "keep", "date_shift", …: as the mask file and the manifest write it.
[[nodiscard]] std::string_view name_of(MaskKind kind);

/// Whether the mask's values come from the key.
[[nodiscard]] bool uses_key(MaskKind kind);

enum class NamePart { full, first, last };

struct MaskRule;

/// Keys of JSON objects from the outside in; "*" is every element of an array.
using JsonPath = std::vector<std::string>;

/// What is to become of a column's values.
struct MaskRule {
    MaskKind kind = MaskKind::keep;
    std::string domain{}; ///< values that mean the same have the same; by default the kind's name
    std::string text{};   ///< of fixed: the value; of sql: the expression
    NamePart part = NamePart::full;
    unsigned days = 0;         ///< of date_shift: how far at most, forwards or back, 1 to 36,500
    std::string by{};          ///< of date_shift: the column whose value decides how far; else the date itself
    bool unique = false;       ///< of sql: its author's word that different values stay different
    bool keep_rest = false;    ///< of json: whether what no path names stays as it is; else it goes
    bool keep_default = false; ///< whether the column's default may hold a literal
    std::vector<std::pair<JsonPath, MaskRule>> paths{}; ///< of json
};

/// A rule for every column whose "schema.table.column" matches a shell pattern.
struct MaskPattern {
    std::string columns;
    MaskRule rule{};
};

/// A mask file, version 1. Schema: tools/db-snapshot/mask.schema.json.
struct MaskFile {
    std::string name;
    std::string sha256;
    std::string key; ///< env:VAR or file:PATH, or empty
    std::optional<bool> keep_comments{};
    std::optional<bool> keep_large_objects{};
    std::vector<std::string> literals{}; ///< "default of public.orders.state": definitions that may keep theirs
    std::map<std::string, std::map<std::string, MaskRule>> tables{}; ///< by "schema.table", then column
    std::vector<MaskPattern> patterns{};                             ///< the first that matches counts

    [[nodiscard]] bool uses_key() const;
};

/// Strict. `name` is the file's name for messages. Errors: usage with line, column and caret; "did you mean" for keys
/// and kinds.
[[nodiscard]] Result<MaskFile> parse_mask_file(std::string_view text, std::string const& name);

/// Reads and parses. Errors: usage also where the file cannot be read.
[[nodiscard]] Result<MaskFile> read_mask_file(std::string const& path);

/// One rule, as a column, a pattern or a JSON path has it: a kind's name alone, or an object. `path` is for messages.
[[nodiscard]] Result<MaskRule> parse_mask_rule(Json const& json, std::string const& path);

} // namespace sluice::db_snapshot
