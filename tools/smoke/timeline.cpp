#include "tools/smoke/timeline.hpp"

#include <algorithm>

namespace sluice::smoke {

std::uint32_t Texts::number_of(std::string const& text) {
    auto const [place, fresh] = m_numbers.emplace(text, static_cast<std::uint32_t>(m_texts.size()));
    if (fresh) {
        m_texts.push_back(text);
    }
    return place->second;
}

std::string const& Timeline::phase_at(Instant when) const {
    static std::string const none;
    auto const next = std::upper_bound(phases.begin(), phases.end(), when,
                                       [](Instant at, PhaseChange const& phase) { return at < phase.at; });
    return next == phases.begin() ? none : std::prev(next)->name;
}

} // namespace sluice::smoke
