#include "common/cli/app.hpp"
#include "tools/db-snapshot/options.hpp"
#include "tools/db-snapshot/run.hpp"

int main(int argc, char** argv) {
    return sluice::cli::run_main<sluice::db_snapshot::Options>(
        argc, argv, "db-snapshot", sluice::db_snapshot::parse_options, sluice::db_snapshot::run);
}
