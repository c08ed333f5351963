#include "common/json/json.hpp"
#include "tools/gate-wait/commands.hpp"
#include "tools/gate-wait/record.hpp"

#include <fstream>
#include <ostream>
#include <sstream>

namespace sluice::gate_wait {

namespace {

constexpr char const* k_final_suffix = ".final.json";

std::optional<std::string> text_of(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf()))) {
        return std::nullopt;
    }
    return text.str();
}

struct Finding {
    cli::ExitCode code = cli::ExitCode::ok;
    std::string decision{};
    std::string problem{};
};

// The last line's own hash is in no line: the document beside them has it.
std::string problem_with_final(Json const& final, Chain const& chain, Json const& result) {
    Json expected = result;
    expected["record"] = {{"lines", chain.lines}, {"sha256", chain.last_hash}};
    return final == expected ? "" : "the final document says something else than the last line";
}

Finding judge(Chain const& chain, std::optional<std::string> const& final_text) {
    if (chain.lines == 0) {
        return {cli::ExitCode::unknown, "", "the record is empty"};
    }
    if (chain.last_event != "decision") {
        return {cli::ExitCode::unknown, "unfinished",
                "the run ended without a decision: it was killed, or lines were cut off"};
    }
    auto const line = json::parse(chain.last_line, "the last line");
    Json const result = line ? line->value("result", Json::object()) : Json::object();
    Finding finding{cli::ExitCode::ok, result.value("decision", std::string("unknown")), ""};
    if (final_text) {
        auto const final = json::parse(*final_text, "the final document");
        finding.problem = final ? problem_with_final(*final, chain, result) : "the final document is no JSON";
        finding.code = finding.problem.empty() ? cli::ExitCode::ok : cli::ExitCode::no;
    }
    return finding;
}

void print(Options const& options, cli::Context& context, Chain const& chain, Finding const& finding) {
    if (options.common.json) {
        context.out << json::dump({{"version", 1},
                                   {"intact", finding.code != cli::ExitCode::no},
                                   {"lines", chain.lines},
                                   {"sha256", chain.last_hash},
                                   {"decision", finding.decision},
                                   {"problem", finding.problem}})
                    << '\n';
        return;
    }
    context.out << chain.lines << " lines, "
                << (finding.problem.empty() ? "unchanged; the last decision: " + finding.decision : finding.problem)
                << '\n';
}

} // namespace

Result<cli::ExitCode> verify_record(Options const& options, cli::Context& context) {
    std::string path = options.record;
    if (path.ends_with(k_final_suffix)) {
        path.resize(path.size() - std::string_view(k_final_suffix).size());
    }
    auto const text = text_of(path);
    if (!text) {
        return fail(Errc::usage, "cannot read the record '" + path + "'", "Name the file that --record wrote.");
    }
    auto const chain = follow_chain(*text, path);
    if (!chain) {
        print(options, context, Chain{}, {cli::ExitCode::no, "", chain.error().message});
        return cli::ExitCode::no;
    }
    Finding const finding = judge(*chain, text_of(path + k_final_suffix));
    print(options, context, *chain, finding);
    return finding.code;
}

} // namespace sluice::gate_wait
