#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sluice::result {

/// What the caller can do about a failure; the details (sqlstate, errno, HTTP status) belong in the message.
/// `common/cli/exit_code.hpp` maps each kind to the exit code of the same meaning.
enum class Errc {
    usage,       ///< the command line or a configuration file is wrong: correct it
    bad_data,    ///< data handed to us is damaged or malformed
    denied,      ///< a right is missing: grant it
    not_found,   ///< something outside refused or is not there; trying again will not help
    refused,     ///< one of our own guards said no
    unknown,     ///< the question could not be answered; never counts as yes
    temporary,   ///< trying again may help
    timed_out,   ///< a deadline passed
    interrupted, ///< a signal ended the work
    internal,    ///< a bug
};

/// A place in a text file that a person can open. Lines and columns count from 1, columns in bytes.
struct SourcePosition {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;
    std::string line_text;
};

/// A failure on its way to a person. `context` is stored innermost first and printed outermost first.
struct Error {
    Errc kind = Errc::internal;
    std::string message; ///< lower case, values quoted, no final point
    std::string hint;    ///< a sentence that says what to do; may be empty
    std::vector<std::string> context{};
    std::optional<SourcePosition> at{};
};

[[nodiscard]] std::string_view name_of(Errc kind);

/// The block a person reads: message, position with caret, `while …` lines, hint. Ends with a newline.
[[nodiscard]] std::string to_text(Error const& error, std::string_view tool);

} // namespace sluice::result

namespace sluice {
using result::Errc;
using result::Error;
} // namespace sluice
