#include "tools/smoke/pattern.hpp"

#include <array>
#include <regex.h>

namespace sluice::smoke {

namespace {

constexpr std::size_t k_longest_pattern = 1000;
constexpr std::size_t k_longest_text = std::size_t{64} * 1024;

bool has_back_reference(std::string const& text) {
    for (std::size_t at = text.find('\\'); at != std::string::npos && at + 1 < text.size();
         at = text.find('\\', at + 2)) {
        if (text[at + 1] >= '1' && text[at + 1] <= '9') {
            return true;
        }
    }
    return false;
}

} // namespace

struct Pattern::Compiled {
    regex_t program{};
    bool valid = false;
    Compiled() = default;
    Compiled(Compiled const&) = delete;
    Compiled& operator=(Compiled const&) = delete;
    ~Compiled() {
        if (valid) {
            regfree(&program);
        }
    }
};

Result<Pattern> Pattern::compile(std::string const& text) {
    if (text.size() > k_longest_pattern || has_back_reference(text)) {
        return fail(Errc::usage, "the pattern is longer than " + std::to_string(k_longest_pattern) +
                                     " bytes or refers back to a group");
    }
    auto compiled = std::make_shared<Compiled>();
    int const problem = regcomp(&compiled->program, text.c_str(), REG_EXTENDED | REG_NOSUB);
    if (problem != 0) {
        std::array<char, 200> said{};
        regerror(problem, &compiled->program, said.data(), said.size());
        return fail(Errc::usage, "not a pattern: " + std::string(said.data()),
                    "Write a POSIX extended regular expression: man 7 regex.");
    }
    compiled->valid = true;
    return Pattern(std::move(compiled));
}

bool Pattern::found_in(std::string const& text) const {
    return regexec(&m_compiled->program, text.substr(0, k_longest_text).c_str(), 0, nullptr, 0) == 0;
}

} // namespace sluice::smoke
