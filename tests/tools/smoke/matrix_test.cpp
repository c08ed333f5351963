#include "tools/smoke/matrix.hpp"

#include <gtest/gtest.h>

namespace sluice::smoke {
namespace {

using namespace std::chrono_literals;

std::vector<SchemaReading> const k_readings{
    {0ms, 5ms, "1"}, {100ms, 105ms, "1"}, {200ms, 205ms, "2"}, {300ms, 305ms, "2"}};

TEST(Matrix, knows_the_schema_only_where_readings_agree) {
    struct Case {
        Instant from;
        Instant to;
        char const* schema;
    };
    for (auto const& [from, to, schema] : {Case{10ms, 90ms, "1"},
                                           {5ms, 100ms, "1"},
                                           {106ms, 190ms, nullptr},
                                           {90ms, 195ms, nullptr},
                                           {210ms, 290ms, "2"},
                                           {310ms, 320ms, nullptr},
                                           {1ms, 3ms, nullptr},
                                           {10ms, 102ms, nullptr}}) {
        auto const found = schema_between(k_readings, from, to);
        EXPECT_EQ(found.value_or("nothing"), schema == nullptr ? "nothing" : schema)
            << from.count() << "-" << to.count();
    }
    EXPECT_FALSE(schema_between({}, 0ms, 1ms));
}

class TheMatrix : public testing::Test {
  protected:
    TheMatrix() {
        HttpCheck http;
        http.revision = Subject{"json", "/v"};
        m_check.probe = http;
        m_timeline.lanes.push_back(Lane{&m_check, false, {}, {}});
        m_timeline.schema = k_readings;
        m_timeline.command_began = 50ms;
    }
    void add(Instant at, std::string const& revision, Verdict verdict = Verdict::pass) {
        Sample sample;
        sample.planned = sample.started = at;
        sample.ended = at + 5ms;
        sample.revision = m_timeline.texts.number_of(revision);
        sample.verdict = verdict;
        m_timeline.lanes[0].samples.push_back(sample);
    }
    Check m_check{};
    Timeline m_timeline{};
};

TEST_F(TheMatrix, sorts_probes_into_cells) {
    add(10ms, "v1");
    add(60ms, "v1");
    add(210ms, "v1", Verdict::fail);
    add(220ms, "v2");
    add(230ms, "v3");
    add(240ms, "", Verdict::fail);
    add(150ms, "v1", Verdict::fail);
    auto const matrix = make_matrix(m_timeline);
    EXPECT_EQ(matrix.at(Age::old_one, Age::old_one).verdict(), "works");
    EXPECT_EQ(matrix.at(Age::old_one, Age::old_one).probes, 2U);
    EXPECT_EQ(matrix.at(Age::old_one, Age::new_one).verdict(), "broken");
    EXPECT_EQ(matrix.at(Age::new_one, Age::new_one).probes, 2U);
    EXPECT_EQ(matrix.at(Age::new_one, Age::old_one).verdict(), "not proven");
    EXPECT_EQ(matrix.unattributed.probes, 2U);
    EXPECT_EQ(matrix.unattributed.failed, 2U);
    EXPECT_EQ(matrix.new_revisions, (std::set<std::string>{"v2", "v3"}));
    EXPECT_EQ(matrix.old_schemas, (std::set<std::string>{"1"}));
}

TEST_F(TheMatrix, proves_nothing_without_a_schema) {
    m_timeline.schema.clear();
    add(10ms, "v1");
    auto const matrix = make_matrix(m_timeline);
    EXPECT_EQ(matrix.at(Age::old_one, Age::old_one).verdict(), "not proven");
    EXPECT_EQ(matrix.unattributed.probes, 1U);
}

} // namespace
} // namespace sluice::smoke
