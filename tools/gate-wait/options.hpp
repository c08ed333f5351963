#pragma once

#include "common/ci/environment.hpp"
#include "common/cli/common_options.hpp"
#include "common/cli/exit_code.hpp"
#include "common/result/result.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::gate_wait {

enum class Verb { wait, explain, lint, hold, approve, reject, verify_record };

struct HoldOptions {
    std::string target{}; ///< connection reference
    std::string key{};
    std::vector<std::string> command{};
};

/// What a person says of a gate that waits.
struct AnswerOptions {
    std::string gate{};
    std::string reason{};
    std::string revision{};    ///< empty: the only one that is asked for
    std::string environment{}; ///< likewise
};

struct Options {
    cli::CommonOptions common{};
    Verb verb = Verb::wait;
    std::string gate{};     ///< gate file, or "-"
    std::string window{};   ///< JSON of one window, instead
    std::string snapshot{}; ///< id, instead
    std::string store{};
    std::string store_key{}; ///< what names the key of encrypted stores; empty: SLUICE_STORE_KEY(_FILE), or none
    std::string name{};      ///< of the database in the store; with approve and reject: the person
    std::optional<std::chrono::milliseconds> timeout{};
    bool once = false;
    std::string record{};
    std::string dotenv{};
    std::string override_reason{};
    std::string from{};
    std::string to{};
    HoldOptions hold{};
    AnswerOptions answer{};
};

/// Opens nothing. Errors: usage.
[[nodiscard]] Result<std::variant<Options, cli::ExitCode>> parse_options(std::vector<std::string> const& arguments,
                                                                         ci::Environment const& environment);

} // namespace sluice::gate_wait
