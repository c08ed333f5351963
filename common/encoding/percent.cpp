#include "common/encoding/percent.hpp"

namespace sluice::encoding {

std::string percent_encoded(std::string_view text, std::string_view also_plain, std::string_view hex) {
    constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (char const c : text) {
        if (unreserved.find(c) != std::string_view::npos || also_plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            auto const byte = static_cast<unsigned char>(c);
            out += {'%', hex[byte >> 4U], hex[byte & 15U]};
        }
    }
    return out;
}

} // namespace sluice::encoding
