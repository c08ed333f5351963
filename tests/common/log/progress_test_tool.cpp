// progress_test_tool TOTAL DONE [MILLISECONDS]: shows progress for that long.
#include "common/log/progress.hpp"

#include <cstdlib>

int main(int argc, char** argv) {
    using namespace sluice;
    log::Progress progress("copying", std::strtoull(argv[1], nullptr, 10));
    progress.add(std::strtoull(argv[2], nullptr, 10));
    time::real_clock().sleep_for(std::chrono::milliseconds{argc > 3 ? std::atoi(argv[3]) : 0});
}
