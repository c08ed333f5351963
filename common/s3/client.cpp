#include "common/s3/client.hpp"

#include "common/crypto/digest.hpp"
#include "common/log/log.hpp"
#include "common/process/signals.hpp"
#include "common/s3/answer.hpp"
#include "common/time/deadline.hpp"

#include <algorithm>

namespace sluice::s3 {

namespace {

// A single exchange has no limit but its stall: a slow line is not a broken one.
constexpr std::chrono::hours k_exchange_limit{24};
// Larger than any chunk or manifest; a server that sends more is none of ours.
constexpr std::size_t k_body_limit = std::size_t{1} << 30U;
constexpr std::chrono::milliseconds k_look_for_signals{100};
// Of an operation while the program finishes up: whoever stopped it waits, and may kill after ten seconds.
constexpr std::chrono::seconds k_last_words{5};

Patience for_now(Patience const& patience) {
    return process::is_finishing_up()
               ? Patience::lasting(std::min<std::chrono::milliseconds>(patience.total, k_last_words))
               : patience;
}

} // namespace

Patience Patience::lasting(std::chrono::milliseconds total) {
    // So that a connection that hangs leaves time for others.
    constexpr int attempts = 4;
    Patience patience;
    patience.total = total;
    patience.first_contact = std::min(patience.first_contact, total);
    patience.connect = std::min(patience.connect, total);
    patience.stall = std::clamp(std::chrono::duration_cast<std::chrono::seconds>(total / attempts),
                                std::chrono::seconds{1}, patience.stall);
    return patience;
}

struct Client::Tries {
    bool reason = false;
    bool keys = false;
    bool clock = false;
    bool region = false;
};

Client::Client(Location location, std::unique_ptr<CredentialSource> credentials, time::Clock& clock, Patience patience)
    : m_named(location), m_credentials(std::move(credentials)), m_clock(clock), m_patience(patience),
      m_location(std::move(location)) {}

time::Wall Client::server_now() const {
    std::lock_guard const lock(m_guard);
    return m_clock.wall_now() + m_clock_offset;
}

Result<http::Exchange> Client::send(Operation const& operation) {
    auto const patience = for_now(m_patience);
    time::Deadline const deadline(m_clock, patience.total);
    time::Deadline const first_contact(m_clock, patience.first_contact);
    Tries tries;
    for (unsigned number = 0;; ++number) {
        TRY_ASSIGN(auto answer, explained(operation, tries));
        auto judgement = judge_answer(answer);
        if (judgement.next == Next::take) {
            return answer;
        }
        bool const again = judgement.next == Next::retry || adapt(judgement, tries);
        bool const reached = [&] {
            std::lock_guard const lock(m_guard);
            m_reached = m_reached || answer.status != 0;
            return m_reached;
        }();
        if (!again || deadline.passed() || (!reached && first_contact.passed())) {
            return tl::unexpected<Error>(std::move(judgement.error));
        }
        if (judgement.next == Next::retry) {
            log::debug("S3 request again", {{"why", judgement.error.message}, {"attempt", std::to_string(number + 2)}});
            m_clock.sleep_for(std::min(pause_before(number), deadline.left()));
        }
        TRY(process::check_not_stopped());
    }
}

// Each at most once in an operation: a second time it would not help either.
bool Client::adapt(Judgement const& judgement, Tries& tries) {
    switch (judgement.next) {
    case Next::new_keys: m_credentials->forget(); return !std::exchange(tries.keys, true);
    case Next::other_clock: {
        std::lock_guard const lock(m_guard);
        m_clock_offset =
            judgement.server_time ? *judgement.server_time - m_clock.wall_now() : time::Wall::duration::zero();
        return judgement.server_time && !std::exchange(tries.clock, true);
    }
    case Next::other_region: {
        std::lock_guard const lock(m_guard);
        m_location = m_named.in_region(judgement.region);
        return !std::exchange(tries.region, true);
    }
    case Next::take:
    case Next::retry:
    case Next::give_up: break;
    }
    return false;
}

std::chrono::milliseconds Client::pause_before(unsigned attempt) {
    constexpr unsigned most_doublings = 16;
    auto const ceiling =
        std::min(m_patience.longest_pause, m_patience.first_pause * (1U << std::min(attempt, most_doublings)));
    std::lock_guard const lock(m_guard);
    return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(0, ceiling.count())(m_random));
}

namespace {

// TLS guards the bytes on their way, and a chunk's name proves them when they are read; hashing them once more costs
// both sides a third of an upload's time. Without TLS the signature is all that tells a changed body.
std::string payload_hash(Location const& location, std::string_view body) {
    return location.scheme() == "https" ? k_unsigned_payload : crypto::sha256_hex(body);
}

} // namespace

Result<http::Request> Client::signed_request(Operation const& operation) {
    TRY_ASSIGN(auto const credentials, m_credentials->get());
    auto const now = operation.signed_at.value_or(server_now());
    Location const location = [&] {
        std::lock_guard const lock(m_guard);
        return m_location;
    }();
    std::string const path = encoded_path(location.path_of(operation.key));
    Unsigned const unsigned_request{operation.method, location.host(),   path,
                                    operation.query,  operation.headers, payload_hash(location, operation.body)};
    http::Request request;
    std::string const query = encoded_query(operation.query);
    request.url = location.scheme() + "://" + location.host() + path + (query.empty() ? "" : "?" + query);
    request.method = operation.method;
    request.lent_body = operation.body;
    request.headers = operation.headers;
    for (auto& header : sign(unsigned_request, credentials.key, {location.region, "s3"}, now)) {
        request.headers.push_back(std::move(header));
    }
    request.tls.ca_file = location.ca_file;
    request.version = http::Version::http1_1; // parallel bulk wants connections, not streams of one
    auto const patience = for_now(m_patience);
    request.timeout = process::is_finishing_up() ? std::chrono::milliseconds(k_last_words) : k_exchange_limit;
    request.connect_timeout = patience.connect;
    request.stall_timeout = patience.stall;
    request.body_limit = k_body_limit;
    return request;
}

Result<http::Exchange> Client::attempt(Operation const& operation) {
    TRY_ASSIGN(auto request, signed_request(operation));
    return exchange(std::move(request));
}

// The answer to HEAD has no body, which would say whether new keys or another clock could help. What is right the
// second time may have been asked with other keys, which a thread beside us has fetched: hence HEAD once more.
Result<http::Exchange> Client::explained(Operation const& operation, Tries& tries) {
    TRY_ASSIGN(auto answer, attempt(operation));
    if (operation.method != "HEAD" || !hides_its_reason(answer)) {
        return answer;
    }
    Operation first_byte = operation;
    first_byte.method = "GET";
    first_byte.headers.emplace_back("Range", "bytes=0-0");
    TRY_ASSIGN(auto reason, attempt(first_byte));
    constexpr int beyond_the_end = 416; // of an empty object, which may be read
    if (reason.status / 100 != 2 && reason.status != beyond_the_end) {
        return reason;
    }
    return std::exchange(tries.reason, true) ? Result<http::Exchange>(std::move(answer)) : attempt(operation);
}

Result<std::unique_ptr<http::Client>> Client::borrow() {
    std::lock_guard const lock(m_guard);
    if (m_idle.empty()) {
        return http::create_client({1, 1});
    }
    auto client = std::move(m_idle.back());
    m_idle.pop_back();
    return client;
}

Result<http::Exchange> Client::exchange(http::Request request) {
    TRY_ASSIGN(auto client, borrow());
    std::optional<http::Exchange> answer;
    client->start(std::move(request), [&](http::Exchange done) { answer = std::move(done); });
    while (!answer) {
        TRY(process::check_not_stopped()); // ends the exchange with its client
        client->proceed(k_look_for_signals);
    }
    std::lock_guard const lock(m_guard);
    m_idle.push_back(std::move(client));
    return *std::move(answer);
}

} // namespace sluice::s3
