#include "common/cli/app.hpp"

#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/log/redact.hpp"
#include "common/process/signals.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iostream>
#include <sys/resource.h>
#include <unistd.h>

namespace sluice::cli::detail {

namespace {

std::string error_json(Error const& error, int status) {
    Json const object{{"error",
                       {{"kind", result::name_of(error.kind)},
                        {"message", error.message},
                        {"context", error.context},
                        {"hint", error.hint},
                        {"exit_code", status}}}};
    return json::dump(object) + "\n";
}

int report(Error const& error, bool as_json, std::string_view tool) {
    int const status = exit_status_of(error.kind, process::stop_signal());
    if (as_json) {
        std::cout << log::redact(error_json(error, status)) << std::flush;
    }
    log::write_text(result::to_text(error, tool));
    return status;
}

Result<ExitCode> guarded(std::function<Result<ExitCode>()> const& work) {
    try {
        return work();
    } catch (std::exception const& bug) {
        return fail(Errc::internal, std::string("unexpected: ") + bug.what(),
                    "This is a bug in Sluice; please report it with the command and this message.");
    }
}

// A stream that the caller closed would give its number to the next file we open, which would then swallow the result
// or be written over. /dev/null opened the wrong way round fails each use, as a closed stream does.
void occupy_closed_streams() {
    for (int const stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(stream, F_GETFD) == -1 && errno == EBADF) {
            [[maybe_unused]] int const lowest = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

// A core file would hold every password and token that the program was given. Commands that we run leave none either.
void leave_no_core() {
    rlimit const none{0, 0};
    [[maybe_unused]] int const set = setrlimit(RLIMIT_CORE, &none);
}

} // namespace

int run_program(
    int argc, char** argv, std::string_view tool,
    std::function<Result<ExitCode>(std::vector<std::string> const&, CommonOptions&, Context&)> const& work) {
    occupy_closed_streams();
    leave_no_core();
    process::watch_signals();
    std::vector<std::string> const arguments(argv + 1, argv + argc);
    auto const asked = [&](char const* flag) {
        return std::find(arguments.begin(), arguments.end(), flag) != arguments.end();
    };
    log::configure(tool, asked("--verbose"));
    auto const environment = ci::Environment::of_process();
    Context context{time::real_clock(), process::posix_runner(), environment, std::cout};
    CommonOptions common;
    common.json = asked("--json");
    auto const outcome = guarded([&] { return work(arguments, common, context); });
    if (!outcome) {
        return report(outcome.error(), common.json, tool);
    }
    std::cout.flush();
    if (!std::cout) {
        return report(Error{Errc::not_found, "cannot write the result to standard output", {}, {}, {}}, false, tool);
    }
    return static_cast<int>(*outcome);
}

} // namespace sluice::cli::detail
