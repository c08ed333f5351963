#include "common/cli/app.hpp"
#include "tools/db-restore-or-init/options.hpp"
#include "tools/db-restore-or-init/run.hpp"

int main(int argc, char** argv) {
    return sluice::cli::run_main<sluice::db_restore::Options>(
        argc, argv, "db-restore-or-init", sluice::db_restore::parse_options, sluice::db_restore::run);
}
