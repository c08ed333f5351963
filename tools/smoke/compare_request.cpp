#include "common/json/json.hpp"
#include "tools/smoke/comparison.hpp"

namespace sluice::smoke {

namespace {

// A document is held whole, twice as bytes and twice parsed.
constexpr std::size_t k_body_limit = std::size_t{64} << 20U;

http::Exchange ask(Side const& side, std::string const& path, http::Client& client) {
    auto request = side.request;
    request.url += path;
    request.body_limit = k_body_limit;
    return http::exchange(client, std::move(request));
}

std::string problem_of(Side const& side, http::Exchange const& answer) {
    if (answer.failure != http::Failure::none) {
        return "asking the " + side.name + ": " + answer.why;
    }
    bool const good = answer.status >= 200 && answer.status <= 299;
    return good ? "" : "the " + side.name + " answers with status " + std::to_string(answer.status);
}

} // namespace

Comparison compare_request(RequestPair const& request, Side const& left, Side const& right, http::Client& client,
                           std::size_t most_shown) {
    Comparison comparison;
    comparison.id = request.id;
    auto const ours = ask(left, request.path, client);
    auto const theirs = ask(right, request.path, client);
    for (auto const& [side, answer] : {std::pair{&left, &ours}, std::pair{&right, &theirs}}) {
        if (comparison.problem.empty()) {
            comparison.problem = problem_of(*side, *answer);
        }
    }
    if (!comparison.problem.empty()) {
        return comparison;
    }
    auto const a = json::parse(ours.body, "the left answer");
    auto const b = json::parse(theirs.body, "the right answer");
    if (!a || !b) {
        comparison.problem = (a ? b : a).error().message;
        return comparison;
    }
    auto const compared = compare_documents(*a, *b, request, most_shown, comparison);
    if (!compared) {
        comparison.problem = compared.error().message;
    }
    return comparison;
}

} // namespace sluice::smoke
