#include "common/cli/dotenv.hpp"
#include "common/cli/write_file.hpp"
#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/log/redact.hpp"
#include "common/process/signals.hpp"
#include "common/time/duration_text.hpp"
#include "common/time/timestamp.hpp"
#include "tools/gate-wait/asker.hpp"
#include "tools/gate-wait/ci_limit.hpp"
#include "tools/gate-wait/commands.hpp"
#include "tools/gate-wait/gate_file.hpp"
#include "tools/gate-wait/result.hpp"

#include <algorithm>
#include <ostream>

namespace sluice::gate_wait {

namespace {

bool stop_asked() { return process::stop_signal() != 0; }

Result<Gate> load(Options const& options, ci::Environment const& environment) {
    if (!options.window.empty()) {
        return gate_of_window(options.window, environment);
    }
    if (!options.snapshot.empty()) {
        return gate_of_snapshot({options.store, options.name, options.snapshot, true}, environment);
    }
    return load_gate(options.gate, environment);
}

Result<void> write_dotenv(Options const& options, std::string const& word, std::string const& opened_at) {
    if (options.dotenv.empty()) {
        return {};
    }
    return cli::write_dotenv(
        options.dotenv,
        {{"SLUICE_GATE", word}, {"SLUICE_GATE_RECORD", options.record}, {"SLUICE_GATE_OPENED_AT", opened_at}});
}

// Says what happens to the log and to the record. A record that can't be written ends the run, since a gate that opens
// without one was not worth holding; what failed is kept until the wait is over.
class Chronicle final : public Watcher {
  public:
    explicit Chronicle(Record& record, Gate const& gate) : m_record(record), m_gate(gate) {}

    void changed(Condition const& condition, Observation const* before, Observation const& now) override {
        std::string is{name_of(now.truth)};
        is += now.final && now.truth != Truth::open ? ", for good" : "";
        log::info("condition", {{"id", condition.id}, {"is", is}, {"seen", now.observed}});
        if (!now.hint.empty()) {
            log::info("hint", {{"id", condition.id}, {"do", now.hint}});
        }
        keep({{"event", "condition"},
              {"id", condition.id},
              {"type", condition.type},
              {"before", before == nullptr ? Json() : Json(name_of(before->truth))},
              {"verdict", name_of(now.truth)},
              {"observed", now.observed},
              {"source", now.source}});
    }

    void clock_jumped(std::chrono::seconds by) override {
        log::warning("the clock was changed: everything is asked anew", {{"by", std::to_string(by.count()) + " s"}});
        keep({{"event", "clock_jump"}, {"seconds", by.count()}});
    }

    void still_waiting(std::vector<Observation> const& seen) override {
        std::string waits;
        std::size_t open = 0;
        for (std::size_t i = 0; i < seen.size(); ++i) {
            open += seen[i].truth == Truth::open ? 1 : 0;
            if (seen[i].truth != Truth::open && i != m_gate.override_approval) {
                waits += (waits.empty() ? "" : "; ") + m_gate.conditions[i].id + ": " + seen[i].observed;
            }
        }
        log::info("still waiting",
                  {{"open", std::to_string(open) + "/" + std::to_string(seen.size())}, {"for", waits}});
    }

    void keep(Json event) {
        auto written = m_record.append(std::move(event));
        if (!written && !m_problem) {
            m_problem = written.error();
        }
    }

    [[nodiscard]] bool failed() const { return m_problem.has_value(); }
    [[nodiscard]] Result<void> check() const {
        return m_problem ? Result<void>(tl::unexpected<Error>(*m_problem)) : Result<void>{};
    }

  private:
    Record& m_record;
    Gate const& m_gate;
    std::optional<Error> m_problem{};
};

Result<void> write_final(Record const& record, Json result) {
    if (record.path().empty()) {
        return {};
    }
    result["record"] = {{"lines", record.chain().lines}, {"sha256", record.chain().last_hash}};
    return cli::write_file(record.final_path(), log::redact(json::dump_indented(result)) + "\n")
        .map_error(while_doing("writing the record's final document"));
}

struct Run {
    Options const& options;
    cli::Context& context;
    Gate gate;
    RunFacts facts{};

    // As if the run were killed at once: that must not look like an open gate.
    Result<void> begin(Record& record) const {
        Json const unfinished = result_json(gate, facts);
        TRY(record.append({{"event", "start"}, {"result", unfinished}}));
        return write_final(record, unfinished);
    }

    [[nodiscard]] WaitLimits limits() const {
        WaitLimits limits{options.timeout.value_or(gate.timeout), options.once, !options.override_reason.empty()};
        auto const left = job_time_left(context.environment, facts.started);
        if (left && *left < limits.timeout) {
            log::info("the job's own limit comes first", {{"left", time::duration_text(*left)}});
            limits.timeout = *left;
        }
        return limits;
    }

    Result<Waited> wait(Chronicle& chronicle) {
        TRY_ASSIGN(auto const client, http::create_client({}));
        Surroundings around{context.clock,
                            context.runner,
                            *client,
                            gate.subject,
                            facts.pipeline.url,
                            options.store_key,
                            [] { return stop_asked(); },
                            {}};
        std::vector<std::unique_ptr<Asker>> askers;
        for (auto const& condition : gate.conditions) {
            askers.push_back(make_asker(condition, around));
        }
        auto const limit = limits();
        return wait_for(
            gate, limit, [&](std::size_t index) { return askers[index]->ask(); }, chronicle, context.clock,
            [&] { return stop_asked() || chronicle.failed(); });
    }

    Result<void> end(Record& record, Chronicle& chronicle) {
        Json const result = result_json(gate, facts);
        for (auto const& one : result["overrides"]) {
            Json event = one;
            event["event"] = "override";
            chronicle.keep(std::move(event));
        }
        chronicle.keep({{"event", "decision"}, {"result", result}});
        TRY(chronicle.check());
        TRY(write_final(record, result));
        bool const opened = facts.waited->ending == Ending::opened;
        return write_dotenv(options, gate_word(*facts.waited), opened ? time::timestamp_text(facts.ended) : "");
    }

    void print() const {
        Waited const& waited = *facts.waited;
        log::write_text(summary_text(gate, facts));
        if (options.common.json) {
            context.out << log::redact(json::dump(result_json(gate, facts))) << '\n';
        } else {
            auto const spent = std::chrono::duration_cast<Milliseconds>(facts.ended - facts.started);
            context.out << gate.name << ": " << name_of(waited.ending) << " after "
                        << time::duration_text(std::max(spent, Milliseconds{0})) << '\n';
        }
    }

    Result<cli::ExitCode> conclude(Record& record, Chronicle& chronicle) {
        bool const cancelled = facts.waited->ending == Ending::cancelled;
        auto const code = exit_code_of(facts.waited->ending);
        facts.exit_code =
            cancelled ? cli::exit_status_of(Errc::interrupted, process::stop_signal()) : static_cast<int>(code);
        auto const written = end(record, chronicle);
        // A report that can't be written turns a yes into a failure and no other answer into anything else.
        if (!written && (code == cli::ExitCode::ok || cancelled)) {
            return tl::unexpected<Error>(written.error());
        }
        if (!written) {
            log::warning("record not written", {{"why", written.error().message}});
        }
        if (cancelled) {
            log::write_text(summary_text(gate, facts));
            return process::check_not_stopped().map([] { return cli::ExitCode::internal; });
        }
        print();
        return code;
    }
};

Result<void> check_override(Options const& options, Gate const& gate) {
    if (!options.override_reason.empty() && !gate.override_approval) {
        return fail(
            Errc::usage, "'" + gate.file + "' has nothing that may be overridden",
            R"(Mark conditions with "overridable" and name the second person in "override", in the file itself.)");
    }
    return {};
}

} // namespace

Result<cli::ExitCode> wait_at_gate(Options const& options, cli::Context& context) {
    // Before anything can go wrong: what an earlier run wrote must not be taken for this one's.
    TRY(write_dotenv(options, "unknown", ""));
    TRY_ASSIGN(auto gate, load(options, context.environment));
    TRY(check_override(options, gate));
    Run run{options, context, std::move(gate)};
    run.facts.started = context.clock.wall_now();
    run.facts.override_reason = options.override_reason;
    run.facts.pipeline = ci::pipeline_of(context.environment);
    TRY_ASSIGN(auto record, Record::open(options.record, context.clock));
    Chronicle chronicle(record, run.gate);
    TRY(run.begin(record));
    TRY_ASSIGN(run.facts.waited, run.wait(chronicle));
    run.facts.ended = context.clock.wall_now();
    return run.conclude(record, chronicle);
}

} // namespace sluice::gate_wait
