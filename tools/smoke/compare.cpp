#include "common/cli/write_file.hpp"
#include "common/config/secrets.hpp"
#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/log/redact.hpp"
#include "common/process/signals.hpp"
#include "tools/smoke/check_file.hpp"
#include "tools/smoke/commands.hpp"
#include "tools/smoke/comparison.hpp"
#include "tools/smoke/reports.hpp"

#include <algorithm>
#include <ostream>

namespace sluice::smoke {

namespace {

std::string_view verdict_of(Comparison const& one) {
    // A difference that was seen stays one, whatever happened afterwards.
    return one.differs() ? "different" : one.problem.empty() ? "same" : "unknown";
}

Json sample_json(Comparison const& one) {
    Json list = Json::array();
    for (auto const& difference : one.sample) {
        Json fields = Json::array();
        for (auto const& field : difference.fields) {
            fields.push_back({{"field", field.field}, {"left", field.left}, {"right", field.right}});
        }
        list.push_back({{"key", difference.key}, {"kind", difference.kind}, {"fields", std::move(fields)}});
    }
    return list;
}

Json result_json(std::vector<Comparison> const& all, std::string const& file) {
    Json list = Json::array();
    for (auto const& one : all) {
        list.push_back({{"id", one.id},
                        {"verdict", verdict_of(one)},
                        {"left_rows", one.left_rows},
                        {"right_rows", one.right_rows},
                        {"same", one.same},
                        {"changed", one.changed},
                        {"only_left", one.only_left},
                        {"only_right", one.only_right},
                        {"problem", one.problem},
                        {"sample", sample_json(one)}});
    }
    return {{"version", 1}, {"file", file}, {"comparisons", std::move(list)}};
}

std::string line_of(Comparison const& one) {
    std::string text = one.id + ": " + std::string(verdict_of(one)) + ", " + std::to_string(one.same) + " same, " +
                       std::to_string(one.changed) + " changed, " + std::to_string(one.only_left) + " only left, " +
                       std::to_string(one.only_right) + " only right";
    return text + (one.problem.empty() ? "" : "; " + one.problem) + "\n";
}

void log_sample(Comparison const& one) {
    for (auto const& difference : one.sample) {
        std::string text = "  " + one.id + " " + difference.key + ": " + difference.kind + "\n";
        for (auto const& field : difference.fields) {
            text += "    " + field.field + "\n      left:  " + (field.left.empty() ? "(none)" : field.left) +
                    "\n      right: " + (field.right.empty() ? "(none)" : field.right) + "\n";
        }
        log::write_text(text);
    }
}

// JUnit knows checks; each comparison is shown as one.
struct AsChecks {
    CheckFile file;
    RunRecord record;
};

AsChecks as_checks(CompareFile const& compared, Options const& options, time::Wall now) {
    AsChecks made;
    made.file.name = compared.name;
    auto const add = [&](std::string const& id) { made.file.checks.emplace_back().id = id; };
    for (auto const& query : compared.queries) {
        add(query.id);
    }
    for (auto const& request : compared.requests) {
        add(request.id);
    }
    made.record = new_record("compare", made.file, options.environment, now);
    return made;
}

void fill(AsChecks& checks, std::vector<Comparison> const& all, time::Wall now) {
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto const verdict = verdict_of(all[i]);
        ProbeResult result =
            verdict == "same"
                ? ProbeResult{}
                : failed_probe(verdict == "different" ? Verdict::fail : Verdict::unknown,
                               verdict == "different" ? Kind::assertion : Kind::unobservable, line_of(all[i]));
        if (verdict == "same") {
            result.verdict = Verdict::pass;
            result.kind = Kind::none;
        }
        add_attempt(checks.record.checks.at(i), std::move(result), now);
    }
    checks.record.ended = now;
}

Result<std::vector<Comparison>> compare_all(CompareFile const& file, std::size_t most_shown) {
    std::vector<Comparison> all;
    TRY_ASSIGN(auto const client, http::create_client({}));
    for (auto const& query : file.queries) {
        all.push_back(compare_query(query, file.left, file.right, most_shown));
        TRY(process::check_not_stopped());
        log_sample(all.back());
    }
    for (auto const& request : file.requests) {
        all.push_back(compare_request(request, file.left, file.right, *client, most_shown));
        TRY(process::check_not_stopped());
        log_sample(all.back());
    }
    return all;
}

Result<void> write_compare_reports(ReportFiles const& files, AsChecks const& checks, std::string const& document,
                                   std::optional<int> exit_code) {
    if (!files.junit.empty()) {
        TRY(cli::write_file(files.junit, log::redact(junit_text(checks.record))));
    }
    TRY(write_dotenv(files, checks.record, exit_code));
    return files.report.empty() ? Result<void>{} : cli::write_file(files.report, log::redact(document));
}

cli::ExitCode code_of(std::vector<Comparison> const& all) {
    auto const any = [&](std::string_view verdict) {
        return std::any_of(all.begin(), all.end(), [&](Comparison const& one) { return verdict_of(one) == verdict; });
    };
    return any("different")                ? cli::ExitCode::no
           : any("unknown") || all.empty() ? cli::ExitCode::unknown
                                           : cli::ExitCode::ok;
}

} // namespace

Result<cli::ExitCode> compare(Options const& options, cli::Context& context) {
    config::remember_secrets_of(context.environment);
    TRY_ASSIGN(auto const text, read_checks_text(options.target));
    TRY_ASSIGN(auto const file,
               parse_compare_file(text, options.target == "-" ? "<stdin>" : options.target, context.environment));
    auto checks = as_checks(file, options, context.clock.wall_now());
    std::string const unfinished = json::dump_indented({{"version", 1}, {"file", file.name}, {"comparisons", nullptr}});
    TRY(write_compare_reports(options.files, checks, unfinished, std::nullopt));
    TRY_ASSIGN(auto const all, compare_all(file, options.sample));
    fill(checks, all, context.clock.wall_now());
    Json const document = result_json(all, file.name);
    auto written =
        write_compare_reports(options.files, checks, json::dump_indented(document), static_cast<int>(code_of(all)));
    std::string out = options.common.json ? json::dump(document) + "\n" : "";
    for (auto const& one : all) {
        out += options.common.json ? "" : line_of(one);
    }
    context.out << log::redact(out);
    return with_reports(code_of(all), std::move(written));
}

} // namespace sluice::smoke
