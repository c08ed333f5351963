#include "common/cli/app.hpp"
#include "tools/smoke/run.hpp"

int main(int argc, char** argv) {
    return sluice::cli::run_main<sluice::smoke::Options>(argc, argv, "smoke", sluice::smoke::parse_options,
                                                         sluice::smoke::run);
}
