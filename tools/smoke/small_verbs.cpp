#include "common/json/json.hpp"
#include "common/time/duration_text.hpp"
#include "tools/smoke/commands.hpp"

#include <ostream>

namespace sluice::smoke {

namespace {

std::string phases_of(Check const& check) { return check.after ? check.during ? "after, during" : "after" : "during"; }

Json entry_of(Check const& check) {
    return {{"id", check.id},
            {"type", type_name(check.probe)},
            {"after", check.after},
            {"during", check.during},
            {"severity", check.warn_only ? "warn" : "fail"},
            {"timeout_ms", check.timeout.count()},
            {"interval_ms", check.interval.count()},
            {"assertions", check.expect.size()}};
}

} // namespace

Result<cli::ExitCode> lint(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const file, load_target(options, context));
    if (options.common.json) {
        context.out << json::dump({{"version", 1}, {"file", file.name}, {"checks", file.checks.size()}}) << '\n';
    } else {
        context.out << file.name << ": " << file.checks.size() << " checks, nothing wrong\n";
    }
    return cli::ExitCode::ok;
}

Result<cli::ExitCode> list(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const file, load_target(options, context));
    if (options.common.json) {
        Json checks = Json::array();
        for (auto const& check : file.checks) {
            checks.push_back(entry_of(check));
        }
        context.out << json::dump({{"version", 1}, {"file", file.name}, {"checks", checks}}) << '\n';
        return cli::ExitCode::ok;
    }
    for (auto const& check : file.checks) {
        context.out << check.id << "  " << type_name(check.probe) << "  " << phases_of(check) << "  every "
                    << time::duration_text(check.interval) << (check.warn_only ? "  warning only" : "") << '\n';
    }
    return cli::ExitCode::ok;
}

} // namespace sluice::smoke
