#include "tools/db-restore-or-init/names.hpp"

#include "common/snapshot/target.hpp"
#include "common/time/timestamp.hpp"

#include <algorithm>
#include <cctype>
#include <random>
#include <regex>

namespace sluice::db_restore {

namespace {

constexpr char const* k_template_prefix = "sluice_template_";

// Lower case, so that a person may type the name without quotes.
std::string stamp(time::Wall when) {
    std::string text = time::compact_timestamp(when);
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

// Long targets are cut by `side_name`, so the base is never read back: the name is made again and compared.
bool is_side_name(std::string const& target, std::string const& candidate, std::regex const& suffix) {
    std::smatch found;
    return std::regex_search(candidate, found, suffix) && candidate == snapshot::side_name(target, found[0].str());
}

} // namespace

std::string new_name(std::string const& target, time::Clock const& clock) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::random_device random;
    std::string end;
    for (int i = 0; i < 4; ++i) {
        end += digits[random() % digits.size()];
    }
    return snapshot::side_name(target, "__new_" + stamp(clock.wall_now()) + "_" + end);
}

bool is_new_name(std::string const& target, std::string const& candidate) {
    static std::regex const suffix("__new_[0-9]{8}t[0-9]{6}z_[0-9a-f]{4}$");
    return is_side_name(target, candidate, suffix);
}

std::string old_name(std::string const& target, time::Wall when) {
    return snapshot::side_name(target, "__old_" + stamp(when));
}

bool is_old_name(std::string const& target, std::string const& candidate) {
    static std::regex const suffix("__old_[0-9]{8}t[0-9]{6}z$");
    return is_side_name(target, candidate, suffix);
}

std::string template_name(std::string const& database, std::string const& snapshot) {
    return snapshot::side_name(k_template_prefix + database, "_" + snapshot);
}

bool is_template_name(std::string const& candidate) {
    static std::regex const pattern("sluice_template_.*_[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}");
    return std::regex_match(candidate, pattern);
}

} // namespace sluice::db_restore
