#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::log {

enum class Level { debug, info, warning };

/// One `key=value` of a log line. Values with spaces are quoted when printed.
using Field = std::pair<std::string_view, std::string>;

/// The tool's name for every line, and whether debug lines are shown. Call once, before any thread starts.
void configure(std::string_view tool, bool verbose);

/// Writes `<UTC time> <level> <tool>: <event> key=value …` to stderr, redacted. Thread-safe; never fails.
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::info, event, fields);
}
inline void warning(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::warning, event, fields);
}

/// Redacted text to stderr as it is, on a fresh line even when a progress line stands there. Thread-safe.
void write_text(std::string_view text);

/// Replaces the progress line at the bottom of a terminal; an empty text removes it. Thread-safe.
void show_progress_line(std::string_view text);

} // namespace sluice::log
