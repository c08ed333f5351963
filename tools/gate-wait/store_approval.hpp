#pragma once

#include "common/store/store.hpp"
#include "tools/gate-wait/gate.hpp"

namespace sluice::gate_wait {

/// What a gate asks people in a store: may this subject pass?
struct Request {
    std::string gate{};
    Subject subject{};
    time::Wall asked_at{};
    std::string pipeline_url{};
};

/// What one person answered, at a shell.
struct Answer {
    Approval word{};
    std::string account{}; ///< of the machine on which it was given
    std::string host{};
};

/// Where the answers to this very request lie. Whoever approves another revision, environment or set of migrations
/// writes elsewhere.
[[nodiscard]] std::string request_folder(std::string const& gate, Subject const& subject);

/// Writes the request unless it is there. Errors: those of the store.
[[nodiscard]] Result<void> ask_people(store::Store& store, Request const& request);

/// All requests of a gate, oldest first. Errors: those of the store; bad_data.
[[nodiscard]] Result<std::vector<Request>> read_requests(store::Store& store, std::string const& gate);

[[nodiscard]] Result<void> write_answer(store::Store& store, Request const& request, Answer const& answer);
/// Answers whose own words name another subject than their folder are bad_data.
[[nodiscard]] Result<std::vector<Approval>> read_answers(store::Store& store, std::string const& gate,
                                                         Subject const& subject);

} // namespace sluice::gate_wait
