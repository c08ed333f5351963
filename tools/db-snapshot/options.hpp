#pragma once

#include "common/ci/environment.hpp"
#include "common/cli/common_options.hpp"
#include "common/cli/exit_code.hpp"
#include "common/result/result.hpp"
#include "tools/db-snapshot/retention.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::db_snapshot {

enum class Verb {
    take,
    init,
    list,
    show,
    status,
    verify,
    export_files,
    mask_lint,
    prune,
    pin,
    unpin,
    stats,
    wait,
    cat,
    bundle,
    key_generate,
    key_list,
    key_add,
    key_remove,
    key_rotate,
};

/// What prune keeps, and how.
struct PruneRules {
    KeepRules keep{};
    std::chrono::milliseconds grace{};
    bool dry_run = false;
    std::size_t workers = 1; ///< chunks that are moved or removed at once, and snapshots that are looked at
};

struct Options {
    cli::CommonOptions common{};
    Verb verb = Verb::take;
    std::string store;
    std::string store_key{}; ///< what names the store's key; empty: SLUICE_STORE_KEY or SLUICE_STORE_KEY_FILE, or none
    std::string name;        ///< empty: for take the source's own name; for the others the only one in the store
    std::size_t jobs = 0;

    // take
    std::string source;
    std::map<std::string, std::string> labels{};
    std::vector<std::string> exclude_data{};
    std::string mask; ///< the mask file; also of mask lint
    std::chrono::milliseconds lock_timeout{};
    std::string dotenv;
    bool from_stdin = false;
    std::vector<std::string> command{}; ///< whose output is the stream; empty: none
    bool background = false;
    std::string log; ///< of the background

    PruneRules prune{};
    std::optional<std::chrono::milliseconds> timeout{}; ///< of wait; none: as long as it takes

    // show, status, verify, export, pin, unpin, wait, cat
    std::string id;
    std::vector<std::string> members{}; ///< of bundle, whose name is in `id`
    bool encrypt = false;               ///< of init
    std::string recipient{};            ///< of init --encrypt, key add, key remove
    std::string new_key{};              ///< what names the key that key add adds
    std::string restore_to;
    std::string directory;

    [[nodiscard]] bool takes_stream() const { return from_stdin || !command.empty(); }
};

/// Reads and validates the command line and the SLUICE_… variables; opens nothing. An exit code means that help or
/// version was printed. Errors: usage.
[[nodiscard]] Result<std::variant<Options, cli::ExitCode>> parse_options(std::vector<std::string> const& arguments,
                                                                         ci::Environment const& environment);

} // namespace sluice::db_snapshot
