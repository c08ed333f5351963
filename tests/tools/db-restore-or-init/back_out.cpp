#include "tests/tools/db-restore-or-init/back_out.hpp"

#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace sluice::test {

BackOut::BackOut(Shop& shop, std::string target) : m_shop(shop), m_target(std::move(target)) {
    auto const made = shop.restore(m_target);
    EXPECT_EQ(made.exit_code, 0) << made.error_output;
    execute("CREATE TABLE shop.visits (page text, seen timestamptz DEFAULT now()); INSERT INTO shop.visits SELECT "
            "'page ' || i % 7 FROM generate_series(1, 100) i");
    m_protection = take_snapshot(shop, m_target, {{"GITLAB_CI", "true"}, {"CI_PIPELINE_ID", "protection-pipeline"}});
    m_contents = contents();
}

void BackOut::execute(std::string const& sql) const {
    auto const session = must(postgres::connect(m_shop.server().connection(m_target, "stage"), "application"));
    must(session->execute("SET ROLE shop_owner; SET search_path = shop, public"));
    must(session->execute(sql));
}

std::string BackOut::broken_database() const {
    auto const names = m_shop.side_databases(m_target);
    return names.empty() ? std::string{} : names.back();
}

std::vector<std::string> BackOut::arguments(std::vector<std::string> const& more) const {
    std::vector<std::string> all{"rollback", "--target",     "env:TARGET",
                                 "--store",  m_shop.store(), "--no-broken-snapshot"};
    if (std::find(more.begin(), more.end(), "--to") == more.end()) {
        all.insert(all.end(), {"--to", m_protection});
    }
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

process::Outcome BackOut::roll_back(std::vector<std::string> const& more) const {
    return m_shop.run(m_target, arguments(more));
}

Json BackOut::explain(std::vector<std::string> more) const {
    more.insert(more.end(), {"--explain", "--json"});
    auto const outcome = roll_back(more);
    EXPECT_TRUE(outcome.exit_code == 0 || outcome.exit_code == 4) << outcome.error_output;
    return must(json::parse(outcome.output, "explanation"));
}

std::string take_snapshot(Shop& shop, std::string const& database, std::map<std::string, std::string> const& more,
                          std::string const& role) {
    auto environment = shop.environment(database, role);
    environment.insert(more.begin(), more.end());
    auto const taken =
        run_tool("db-snapshot", {"--source", "env:TARGET", "--store", shop.store(), "--jobs", "2"}, environment);
    EXPECT_EQ(taken.exit_code, 0) << taken.error_output;
    return taken.output.substr(0, taken.output.find('\n'));
}

std::vector<std::string> losses_in(Json const& result, std::string const& key) {
    std::vector<std::string> lines;
    for (auto const& loss : result.at(key)) {
        lines.push_back(loss["table"].get<std::string>() + " " + loss["inserted"].dump() + " " +
                        loss["updated"].dump() + " " + loss["deleted"].dump() + " " +
                        loss["certainty"].get<std::string>());
    }
    return lines;
}

} // namespace sluice::test
