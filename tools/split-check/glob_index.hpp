#pragma once

#include "tools/split-check/glob.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::split_check {

/// Finds which of many patterns fit a path. Cheap: what most paths of a large change need is one look-up. The patterns
/// must outlive it.
template <class Value> class GlobIndex {
  public:
    void add(Glob const& glob, Value value) {
        auto endings = glob.endings();
        std::sort(endings.begin(), endings.end());
        endings.erase(std::unique(endings.begin(), endings.end()), endings.end());
        for (auto const& ending : endings) {
            m_by_ending[ending].push_back({&glob, value});
        }
    }

    /// Calls `visit` with the value of each pattern that fits.
    template <class Visit> void visit(std::string_view path, Visit visit) const {
        std::string_view const ending = ending_of(path);
        visit_bucket(ending, path, visit);
        if (!ending.empty()) {
            visit_bucket({}, path, visit);
        }
    }

  private:
    template <class Visit> void visit_bucket(std::string_view ending, std::string_view path, Visit& visit) const {
        auto const bucket = m_by_ending.find(ending);
        if (bucket == m_by_ending.end()) {
            return;
        }
        for (auto const& [glob, value] : bucket->second) {
            if (path.find(glob->required()) != std::string_view::npos && glob->matches(path)) {
                visit(value);
            }
        }
    }

    std::map<std::string, std::vector<std::pair<Glob const*, Value>>, std::less<>> m_by_ending{};
};

} // namespace sluice::split_check
