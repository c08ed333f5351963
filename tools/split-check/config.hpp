#pragma once

#include "common/result/result.hpp"
#include "tools/split-check/glob.hpp"
#include "tools/split-check/model.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::split_check {

/// What may be said of the server's major version. The rules differ from 11 on; nothing newer than 18 is known here.
inline constexpr unsigned k_oldest_postgres = 9;
inline constexpr unsigned k_newest_postgres = 99;

/// One line of the ordered list; the last that matches decides.
struct ClassRule {
    Glob glob;
    std::optional<FileClass> file_class{}; ///< nothing: the presets and defaults decide again
    std::string text{};
};

struct Service {
    std::string name;
    std::vector<Glob> roots{};
    std::string database{}; ///< services with the same one are judged together
};

/// A command that prints the SQL of migrations that are not written in SQL.
struct Renderer {
    Glob glob;
    std::vector<std::string> command{}; ///< "{path}", "{base}" and "{head}" are filled in
};

/// .split-check/config.json; format in schema/config.schema.json.
struct Config {
    std::vector<std::string> presets{}; ///< alive even without their marker
    std::vector<ClassRule> classes{};
    std::vector<Service> services{};
    std::vector<Glob> shared{};
    std::vector<Renderer> render{};
    std::vector<std::string> approvers{};
    std::map<std::string, std::uint64_t> table_bytes{}; ///< sizes of tables, for the rules about locks
    unsigned postgres_version = 15;
    bool lock_timeout_set = false; ///< the runner sets lock_timeout, so a migration need not
    bool style = false;            ///< report matters of style too
    bool mysql = false;
};

/// Errors: bad_data with position for text that is no JSON, else with the key.
[[nodiscard]] Result<Config> parse_config(std::string_view text, std::string const& name);

/// What the ordered list says of a path; null when no line matches.
[[nodiscard]] ClassRule const* rule_for(Config const& config, std::string_view path);

} // namespace sluice::split_check
