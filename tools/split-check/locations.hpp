#pragma once

#include "tools/split-check/preset.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::split_check {

/// The values of a key in a tool's own configuration, whatever its form: "key = a, b" (INI, TOML, properties),
/// "key: a" (YAML), "'key': a" or "key => a" (JavaScript, PHP, JSON), with a list in brackets or on indented lines.
/// Lines that are comments are left out.
[[nodiscard]] std::vector<std::string> values_of(std::string_view text, std::string_view key);

/// A place that such a value names, as a pattern from the top of the repository: relative to the folder of the
/// configuration at `config_path`, or anywhere for Java's "classpath:". Empty for what lies outside, and for what is
/// only known when the tool runs.
[[nodiscard]] std::string place_of(std::string value, std::string_view config_path);

/// The preset's files in all places that the configuration `text` at `config_path` names.
[[nodiscard]] std::vector<PresetFile> located_files(Location const& location, std::string_view config_path,
                                                    std::string_view text);

} // namespace sluice::split_check
