#include "tools/db-snapshot/background.hpp"

#include "common/json/json.hpp"
#include "common/process/background.hpp"

#include <filesystem>
#include <ostream>

namespace sluice::db_snapshot {

Result<cli::ExitCode> in_background(Options const& options, cli::Context& context,
                                    std::function<Result<cli::ExitCode>(Options const&, cli::Context&)> const& work) {
    TRY_ASSIGN(auto const foreground, process::Background::start());
    if (!foreground) {
        return work(options, context);
    }
    context.out << foreground->message;
    return static_cast<cli::ExitCode>(foreground->exit_code);
}

std::string log_path(Options const& options, std::string const& id, ci::Environment const& environment) {
    if (!options.background) {
        return {};
    }
    std::string const folder = environment.get("TMPDIR").value_or("/tmp");
    return std::filesystem::absolute(options.log.empty() ? folder + "/db-snapshot-" + id + ".log" : options.log);
}

Result<void> let_caller_go(Options const& options, std::string const& name, std::string const& id,
                           std::string const& log) {
    if (!options.background) {
        return {};
    }
    std::string const message =
        options.common.json
            ? json::dump({{"version", 1}, {"id", id}, {"name", name}, {"state", "running"}, {"log", log}})
            : id;
    return process::Background::detach(message + "\n", log);
}

} // namespace sluice::db_snapshot
