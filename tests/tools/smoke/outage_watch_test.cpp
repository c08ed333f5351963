#include "tools/smoke/outage_watch.hpp"

#include <gtest/gtest.h>

namespace sluice::smoke {
namespace {

struct Note {
    std::size_t lane;
    int planned;
    bool good;
};

TEST(OutageWatch, tells_since_when_a_lane_is_down) {
    struct Case {
        std::vector<Note> notes;
        std::optional<Instant> down_since;
    };
    for (auto const& [notes, down_since] : std::vector<Case>{
             {{}, {}},
             {{{0, 1, true}}, {}},
             {{{0, 1, false}}, Instant{1}},
             {{{0, 1, true}, {0, 2, false}, {0, 3, false}}, Instant{2}},
             {{{0, 1, false}, {0, 2, true}}, {}},
             {{{0, 1, false}, {0, 2, true}, {0, 3, false}}, Instant{3}},
             {{{0, 3, true}, {0, 2, false}}, {}},                       // the bad answer came late
             {{{0, 3, false}, {0, 2, false}}, Instant{2}},              // and the first bad one last
             {{{0, 3, false}, {0, 2, true}}, Instant{3}},               // a good one from before the outage
             {{{0, 2, false}, {1, 1, true}, {1, 3, true}}, Instant{2}}, // another lane's answers end nothing
             {{{0, 5, false}, {1, 2, false}}, Instant{2}},
             {{{0, 5, false}, {1, 2, false}, {1, 6, true}}, Instant{5}}}) {
        OutageWatch watch;
        for (auto const& [lane, planned, good] : notes) {
            watch.note(lane, Instant{planned}, good);
        }
        EXPECT_EQ(watch.down_since(), down_since);
    }
}

} // namespace
} // namespace sluice::smoke
