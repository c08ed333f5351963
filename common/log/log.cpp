#include "common/log/log.hpp"

#include "common/log/redact.hpp"
#include "common/time/clock.hpp"
#include "common/time/timestamp.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <mutex>

namespace sluice::log {

namespace {

struct State {
    std::mutex guard;
    std::string tool = "sluice";
    bool verbose = false;
    bool progress_shown = false;
};

State& state() {
    static State one;
    return one;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7f'; }

std::string escaped(char c) {
    if (c == '"' || c == '\\') {
        return {'\\', c};
    }
    if (c == '\n') {
        return "\\n";
    }
    if (!is_control(c)) {
        return {c};
    }
    std::array<char, 5> text{};
    std::snprintf(text.data(), text.size(), "\\x%02x", static_cast<unsigned>(c));
    return text.data();
}

// A name from a database may hold anything, and a terminal obeys control characters.
std::string quoted_if_needed(std::string const& value) {
    bool const plain = !value.empty() && value.find_first_of(" \"=") == std::string::npos &&
                       std::none_of(value.begin(), value.end(), is_control);
    if (plain) {
        return value;
    }
    std::string out = "\"";
    for (char const c : value) {
        out += escaped(c);
    }
    return out + "\"";
}

// Expects the lock to be held.
void erase_progress_line() {
    if (state().progress_shown) {
        std::fputs("\r\033[K", stderr);
        state().progress_shown = false;
    }
}

} // namespace

void configure(std::string_view tool, bool verbose) {
    std::lock_guard const lock(state().guard);
    state().tool = tool;
    state().verbose = verbose;
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    constexpr std::array<std::string_view, 3> names{"debug", "info", "warning"};
    std::string line = time::timestamp_text(time::real_clock().wall_now());
    {
        std::lock_guard const lock(state().guard);
        if (level == Level::debug && !state().verbose) {
            return;
        }
        line.append(" ").append(names.at(static_cast<std::size_t>(level))).append(" ").append(state().tool);
    }
    line.append(": ").append(event);
    for (auto const& [key, value] : fields) {
        line.append(" ").append(key).append("=").append(quoted_if_needed(value));
    }
    write_text(line + "\n");
}

void write_text(std::string_view text) {
    std::string const safe = redact(text);
    std::lock_guard const lock(state().guard);
    erase_progress_line();
    std::fwrite(safe.data(), 1, safe.size(), stderr);
}

void show_progress_line(std::string_view text) {
    std::string const safe = redact(text);
    std::lock_guard const lock(state().guard);
    erase_progress_line();
    std::fwrite(safe.data(), 1, safe.size(), stderr);
    state().progress_shown = !safe.empty();
}

} // namespace sluice::log
