#pragma once

#include "common/result/result.hpp"

#include <stdexcept>

namespace sluice::test {

/// The value, or a failed test that shows the whole error.
template <class T> T must(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result::to_text(result.error(), "test"));
    }
    if constexpr (!std::is_void_v<T>) {
        return *std::move(result);
    }
}

} // namespace sluice::test
