#include "common/cli/app.hpp"
#include "tools/split-check/run.hpp"

int main(int argc, char** argv) {
    return sluice::cli::run_main<sluice::split_check::Options>(
        argc, argv, "split-check", sluice::split_check::parse_options, sluice::split_check::run);
}
