#pragma once

namespace sluice::cli {

/// Shared by all tools and verbs. Apart from options.hpp so that only what parses a command line compiles CLI11.
struct CommonOptions {
    bool json = false;
    bool verbose = false;
};

} // namespace sluice::cli
