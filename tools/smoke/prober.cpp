#include "tools/smoke/prober.hpp"

#include "tools/smoke/probes.hpp"

namespace sluice::smoke {

Result<std::unique_ptr<Prober>> Prober::create(process::Runner& runner, http::OpenLimit limit) {
    TRY_ASSIGN(auto client, http::create_client(limit));
    return std::unique_ptr<Prober>(new Prober(std::move(client), runner));
}

Prober::Prober(std::unique_ptr<http::Client> client, process::Runner& runner)
    : m_client(std::move(client)), m_runner(runner), m_workers([http = m_client.get()] { http->wake(); }) {}

void Prober::start(Check const& check, http::Connection connection, Done done) {
    if (auto const* http = std::get_if<HttpCheck>(&check.probe)) {
        auto request = http->request;
        request.connection = connection;
        m_client->start(std::move(request), [&check, done = std::move(done)](http::Exchange const& exchange) {
            done(judge_exchange(check, exchange, time::real_clock().wall_now()));
        });
        return;
    }
    Workers::Work work;
    if (auto const* tcp = std::get_if<TcpCheck>(&check.probe)) {
        work = [check, tcp = *tcp] { return probe_tcp(check, tcp); };
    } else if (auto const* pg = std::get_if<PgCheck>(&check.probe)) {
        work = [check, pg = *pg] { return probe_pg(check, pg); };
    } else if (auto const* exec = std::get_if<ExecCheck>(&check.probe)) {
        work = [check, exec = *exec, &runner = m_runner] { return probe_exec(check, exec, runner); };
    } else if (auto const* provenance = std::get_if<ProvenanceCheck>(&check.probe)) {
        work = [check, provenance = *provenance] { return probe_provenance(check, provenance); };
    }
    m_workers.start(std::move(work), check.timeout, std::move(done));
}

void Prober::proceed(std::chrono::milliseconds at_most) {
    if (m_workers.deliver() == 0) {
        m_client->proceed(at_most);
        m_workers.deliver();
    }
}

} // namespace sluice::smoke
