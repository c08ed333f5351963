#pragma once

#include "common/ci/environment.hpp"
#include "common/config/file_reader.hpp"
#include "tools/smoke/check.hpp"

#include <string>

namespace sluice::smoke {

using config::Exposure;
using config::FileReader;
using config::Variables;

/// Reads a check file strictly: an unknown or repeated key, no check at all, a check that asserts nothing, an unset
/// variable are errors. Errors: usage, with line, column and the line's text.
[[nodiscard]] Result<CheckFile> parse_check_file(std::string const& text, std::string const& name,
                                                 ci::Environment const& environment);

/// From a file, or from stdin for "-". Errors: usage, as above or when it cannot be read.
[[nodiscard]] Result<CheckFile> load_check_file(std::string const& path, ci::Environment const& environment);

/// The whole text of a file, or of stdin for "-". Errors: usage; also for one larger than 16 MiB.
[[nodiscard]] Result<std::string> read_checks_text(std::string const& path);

/// One check of one URL: the answer's status is 200 to 299. Errors: usage for what is no http or https URL, or holds a
/// password, which every user of this machine could read.
[[nodiscard]] Result<CheckFile> check_of_url(std::string const& url);

/// One entry of "checks"; `defaults` are those of the file.
[[nodiscard]] Result<Check> read_check(FileReader const& file, Json const& value, std::string const& path,
                                       Check const& defaults, ci::Environment const& environment);

} // namespace sluice::smoke
