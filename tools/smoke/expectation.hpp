#pragma once

#include "common/json/forward.hpp"
#include "common/result/result.hpp"
#include "tools/smoke/pattern.hpp"

#include <memory>
#include <optional>
#include <string>

namespace sluice::smoke {

/// What is looked at: "status", "header:Content-Type", "json:/items/0/id", "cell:0,total", …
struct Subject {
    std::string name{};     ///< before the colon
    std::string argument{}; ///< behind it; empty for most
    [[nodiscard]] std::string text() const { return argument.empty() ? name : name + ":" + argument; }
};

enum class Op {
    eq,
    ne,
    lt,
    le,
    gt,
    ge,
    in,
    contains,
    matches,
    exists,
    absent,
    type,
    len_eq,
    len_ne,
    len_lt,
    len_le,
    len_gt,
    len_ge
};

/// One assertion. Values are compared with their types: the number 1 is not the text "1".
struct Expectation {
    Subject on{};
    Op op = Op::eq;
    std::shared_ptr<Json const> value{};      ///< none for exists and absent
    std::shared_ptr<Pattern const> pattern{}; ///< for matches
    std::string place{};                      ///< path in the check file, for the caret; empty outside a file
};

/// What was looked at, as it came. Without a value `problem` may say why: "the body is not JSON".
struct Found {
    std::shared_ptr<Json const> value{};
    std::string problem{};
};

/// What was expected and what came, for a person. Texts are cut to a few hundred bytes.
struct Mismatch {
    std::string on{};
    std::string expected{};
    std::string actual{};
    std::string place{};
};

[[nodiscard]] std::string_view name_of(Op op);
[[nodiscard]] std::optional<Op> op_named(std::string_view name);

/// Checks an assertion for sense, and compiles its pattern. Errors: usage.
[[nodiscard]] Result<Expectation> make_expectation(Subject on, Op op, std::shared_ptr<Json const> value);

/// Nothing when the assertion holds. What is missing fails every assertion but "absent". Pure.
[[nodiscard]] std::optional<Mismatch> judge(Expectation const& expectation, Found const& found);

} // namespace sluice::smoke
