#pragma once

#include "common/result/error.hpp"

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace sluice::result {

template <class T> using Result = tl::expected<T, Error>;

/// Builds the failure to return. `message` and `hint` as in `Error`.
[[nodiscard]] inline tl::unexpected<Error> fail(Errc kind, std::string message, std::string hint = {}) {
    return tl::unexpected<Error>(Error{kind, std::move(message), std::move(hint), {}, {}});
}

/// For `map_error`: adds one line that says what was being done, in the form "reading manifest '…'".
[[nodiscard]] inline auto while_doing(std::string what) {
    return [what = std::move(what)](Error error) {
        error.context.push_back(what);
        return error;
    };
}

} // namespace sluice::result

namespace sluice {
using result::fail;
using result::Result;
using result::while_doing;
} // namespace sluice

// ISO C++ has no statement expressions (-Wpedantic), so the early return needs a statement of its own.
#define SLUICE_CONCAT_INNER(a, b) a##b
#define SLUICE_CONCAT(a, b) SLUICE_CONCAT_INNER(a, b)

// NOLINTBEGIN(bugprone-macro-parentheses): names and declarations take no parentheses
#define SLUICE_TRY_IMPL(name, expression)                                                                              \
    auto name = (expression);                                                                                          \
    if (!(name)) {                                                                                                     \
        return tl::unexpected<::sluice::result::Error>(std::move(name).error());                                       \
    }                                                                                                                  \
    static_assert(true)

#define SLUICE_TRY_ASSIGN_IMPL(name, target, expression)                                                               \
    SLUICE_TRY_IMPL(name, expression);                                                                                 \
    target = *std::move(name)
// NOLINTEND(bugprone-macro-parentheses)

/// Returns the error of a `Result<void>` to the caller, else goes on.
#define TRY(...) SLUICE_TRY_IMPL(SLUICE_CONCAT(sluice_try_, __COUNTER__), (__VA_ARGS__))

/// Returns the error to the caller, else moves the value into `target` (a declaration or an existing variable).
#define TRY_ASSIGN(target, ...) SLUICE_TRY_ASSIGN_IMPL(SLUICE_CONCAT(sluice_try_, __COUNTER__), target, (__VA_ARGS__))
