#include "common/config/input.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace sluice::config {

namespace {

constexpr std::size_t k_largest_file = std::size_t{16} << 20U;

} // namespace

Result<std::string> read_input(std::string const& path, std::string const& hint) {
    std::FILE* const file = path == "-" ? stdin : std::fopen(path.c_str(), "re");
    if (file == nullptr) {
        return fail(Errc::usage, "cannot read '" + path + "': " + std::strerror(errno), hint);
    }
    std::string text;
    std::array<char, 65536> buffer{};
    std::size_t count = 0;
    while (text.size() <= k_largest_file && (count = std::fread(buffer.data(), 1, buffer.size(), file)) > 0) {
        text.append(buffer.data(), count);
    }
    bool const failed = std::ferror(file) != 0;
    if (file != stdin) {
        [[maybe_unused]] int const closed = std::fclose(file);
    }
    if (failed || text.size() > k_largest_file) {
        return fail(Errc::usage,
                    "cannot read '" + path + "': " + (failed ? std::strerror(errno) : "larger than 16 MiB"));
    }
    return text;
}

} // namespace sluice::config
