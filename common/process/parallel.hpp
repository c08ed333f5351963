#pragma once

#include "common/result/result.hpp"

#include <cstddef>
#include <functional>

namespace sluice::process {

/// Does items 0 … `items`-1 in order of their numbers on `workers` threads and waits for all. The first error stops
/// the handing out of further items and is returned; so does a signal. `work` gets the worker's and the item's number.
[[nodiscard]] Result<void> run_parallel(std::size_t workers, std::size_t items,
                                        std::function<Result<void>(std::size_t worker, std::size_t item)> const& work);

} // namespace sluice::process
