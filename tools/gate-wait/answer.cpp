#include "common/json/json.hpp"
#include "common/store/open_store.hpp"
#include "common/time/timestamp.hpp"
#include "tools/gate-wait/commands.hpp"
#include "tools/gate-wait/store_approval.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <pwd.h>
#include <unistd.h>

namespace sluice::gate_wait {

namespace {

std::string account_name() {
    passwd const* const entry = getpwuid(getuid());
    return entry == nullptr ? std::to_string(getuid()) : entry->pw_name;
}

std::string host_name() {
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    return name.data();
}

// A pipeline that approves itself is what the gate is there to prevent.
Result<void> check_person(ci::Environment const& environment) {
    for (char const* name : {"GITLAB_CI", "JENKINS_URL", "CI"}) {
        if (environment.get(name)) {
            return fail(Errc::refused,
                        "this is a CI job (" + std::string(name) + " is set), and only a person answers a gate",
                        "Run it in a shell of your own.");
        }
    }
    return {};
}

bool is_meant(AnswerOptions const& wanted, Request const& request) {
    return (wanted.revision.empty() || wanted.revision == request.subject.revision) &&
           (wanted.environment.empty() || wanted.environment == request.subject.environment);
}

std::string line_of(Request const& request) {
    return request.subject.revision + " to " + request.subject.environment + ", asked by " +
           (request.subject.triggerer.empty() ? "somebody" : request.subject.triggerer) + " at " +
           time::timestamp_text(request.asked_at);
}

Result<Request> choose(std::vector<Request> requests, AnswerOptions const& wanted) {
    std::erase_if(requests, [&](Request const& one) { return !is_meant(wanted, one); });
    if (requests.empty()) {
        return fail(Errc::not_found, "gate '" + wanted.gate + "' does not ask for that in this store",
                    "Start the gate first: it writes what it asks for, and the answer is bound to that.");
    }
    if (requests.size() > 1) {
        std::string list;
        for (auto const& one : requests) {
            list += "\n    " + line_of(one);
        }
        return fail(Errc::usage, "gate '" + wanted.gate + "' asks for several:" + list,
                    "Name one with --revision and --environment.");
    }
    return requests.front();
}

} // namespace

Result<cli::ExitCode> answer(Options const& options, cli::Context& context) {
    TRY(check_person(context.environment));
    TRY_ASSIGN(auto const store, store::open_store(options.store, context.environment, options.store_key));
    TRY_ASSIGN(auto requests, read_requests(*store, options.answer.gate));
    TRY_ASSIGN(auto const request, choose(std::move(requests), options.answer));
    bool const yes = options.verb == Verb::approve;
    Answer const answer{
        {"store", options.name, yes ? "approved" : "rejected", context.clock.wall_now(), options.answer.reason},
        account_name(),
        host_name()};
    TRY(write_answer(*store, request, answer));
    if (options.common.json) {
        context.out << json::dump({{"version", 1},
                                   {"gate", request.gate},
                                   {"status", answer.word.status},
                                   {"name", options.name},
                                   {"revision", request.subject.revision},
                                   {"environment", request.subject.environment},
                                   {"migrations_sha256", request.subject.migrations}})
                    << '\n';
    } else {
        context.out << answer.word.status << ": " << line_of(request) << '\n';
    }
    return cli::ExitCode::ok;
}

} // namespace sluice::gate_wait
