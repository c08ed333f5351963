#include "tools/gate-wait/backup_judgement.hpp"

#include "common/json/json.hpp"

#include <gtest/gtest.h>

namespace sluice::gate_wait {
namespace {

Json backup(std::string const& label, std::int64_t start, bool error = false) {
    return {
        {"label", label}, {"type", "full"}, {"error", error}, {"timestamp", {{"start", start}, {"stop", start + 60}}}};
}

std::string info(Json backups, int code = 0, std::string const& stanza = "main") {
    return json::dump(Json::array(
        {{{"name", stanza}, {"backup", std::move(backups)}, {"status", {{"code", code}, {"message", "said"}}}}}));
}

BackupCondition since(std::int64_t when) {
    BackupCondition wanted;
    wanted.stanza = "main";
    wanted.since = time::Wall{std::chrono::seconds{when}};
    return wanted;
}

BackupCondition labelled(std::string label) {
    BackupCondition wanted;
    wanted.stanza = "main";
    wanted.label = std::move(label);
    return wanted;
}

TEST(Backups, are_proved_by_label_or_by_their_start) {
    std::string const two = info(Json::array({backup("A", 1000), backup("B", 2000)}));
    EXPECT_EQ(judge_backups(two, since(2000)).truth, Truth::open);
    EXPECT_EQ(judge_backups(two, since(2001)).truth, Truth::closed) << "an older one proves nothing";
    EXPECT_EQ(judge_backups(two, labelled("A")).truth, Truth::open);
    EXPECT_EQ(judge_backups(two, labelled("C")).truth, Truth::closed);
    EXPECT_EQ(judge_backups(info(Json::array()), since(0)).truth, Truth::closed);
}

TEST(Backups, with_errors_are_none) {
    auto const seen = judge_backups(info(Json::array({backup("A", 1000, true)})), labelled("A"));
    EXPECT_EQ(seen.truth, Truth::closed);
    EXPECT_TRUE(seen.final);
}

TEST(Backups, are_unknown_where_pgbackrest_does_not_say) {
    std::string const good = info(Json::array({backup("A", 1000)}));
    EXPECT_EQ(judge_backups("", labelled("A")).truth, Truth::unknown);
    EXPECT_EQ(judge_backups("{}", labelled("A")).truth, Truth::unknown);
    EXPECT_EQ(judge_backups("[]", labelled("A")).truth, Truth::unknown);
    EXPECT_EQ(judge_backups(info(Json::array({backup("A", 1000)}), 0, "other"), labelled("A")).truth, Truth::unknown);
    for (int const code : {1, 3, 4, 5, 99}) {
        EXPECT_EQ(judge_backups(info(Json::array({backup("A", 1000)}), code), labelled("A")).truth, Truth::unknown)
            << code;
    }
    for (int const code : {2, 6}) {
        EXPECT_EQ(judge_backups(info(Json::array(), code), labelled("A")).truth, Truth::closed) << code;
    }
    Json no_stop = backup("A", 1000);
    no_stop["timestamp"].erase("stop");
    EXPECT_EQ(judge_backups(info(Json::array({no_stop})), labelled("A")).truth, Truth::unknown);
}

} // namespace
} // namespace sluice::gate_wait
