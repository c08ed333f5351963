#include "tools/db-snapshot/mask_lint.hpp"

#include "common/json/json.hpp"
#include "common/snapshot/preflight.hpp"
#include "tools/db-snapshot/mask_file.hpp"
#include "tools/db-snapshot/mask_plan.hpp"
#include "tools/db-snapshot/mask_suspicion.hpp"

#include <ostream>

namespace sluice::db_snapshot {

namespace {

struct Findings {
    MaskPlan plan;
    std::vector<Suspicion> suspicions;
};

Json to_json(Findings const& findings) {
    Json undecided = Json::array();
    for (auto const& one : findings.plan.undecided) {
        undecided.push_back({{"what", one.what}, {"type", one.type}, {"line", one.line}});
    }
    Json personal = Json::array();
    for (auto const& one : findings.suspicions) {
        personal.push_back({{"column", one.column}, {"reason", one.reason}});
    }
    return {{"version", 1},
            {"undecided", std::move(undecided)},
            {"problems", findings.plan.problems},
            {"looks_personal", std::move(personal)},
            {"masked_columns", findings.plan.masking.columns.size()}};
}

void print(std::ostream& out, Findings const& findings) {
    for (auto const& problem : findings.plan.problems) {
        out << "problem         " << problem << '\n';
    }
    for (auto const& one : findings.plan.undecided) {
        out << "undecided       " << one.what << (one.type.empty() ? "" : " (" + one.type + ")") << "   " << one.line
            << '\n';
    }
    for (auto const& one : findings.suspicions) {
        out << "looks personal  " << one.column << "   " << one.reason << '\n';
    }
    out << findings.plan.undecided.size() << " undecided, " << findings.plan.problems.size() << " problems, "
        << findings.suspicions.size() << " look personal and stay in clear, " << findings.plan.masking.columns.size()
        << " columns masked\n";
}

} // namespace

Result<cli::ExitCode> mask_lint(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const file, read_mask_file(options.mask));
    TRY_ASSIGN(auto const source, postgres::resolve_connection(options.source, context.environment));
    TRY_ASSIGN(auto session, postgres::connect(source, "mask lint"));
    TRY(snapshot::check_source(*session));
    TRY_ASSIGN(auto const facts, read_mask_source(*session, options.exclude_data));
    Findings findings{plan_masks(file, facts), {}};
    TRY_ASSIGN(findings.suspicions, find_suspicions(*session, facts, findings.plan));
    if (options.common.json) {
        context.out << json::dump(to_json(findings)) << '\n';
    } else {
        print(context.out, findings);
    }
    return !findings.plan.problems.empty()    ? cli::ExitCode::usage
           : !findings.plan.undecided.empty() ? cli::ExitCode::no
                                              : cli::ExitCode::ok;
}

} // namespace sluice::db_snapshot
