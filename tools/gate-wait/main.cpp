#include "common/cli/app.hpp"
#include "tools/gate-wait/run.hpp"

int main(int argc, char** argv) {
    return sluice::cli::run_main<sluice::gate_wait::Options>(argc, argv, "gate-wait", sluice::gate_wait::parse_options,
                                                             sluice::gate_wait::run);
}
