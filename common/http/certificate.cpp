#include "common/http/certificate.hpp"

#include <ctime>

namespace sluice::http {

std::optional<time::Wall> certificate_date(std::string const& text) {
    std::tm parts{};
    char const* const rest = strptime(text.c_str(), "%b %d %H:%M:%S %Y", &parts);
    if (rest == nullptr || std::string(rest) != " GMT") {
        return std::nullopt;
    }
    return std::chrono::system_clock::from_time_t(timegm(&parts));
}

} // namespace sluice::http
