#include "tools/split-check/gather_waivers.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace sluice::split_check {

namespace {

Result<std::vector<Waiver>> file_waivers(Options const& options) {
    std::string const path = in_repo(options, ".split-check/waivers.json");
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        return std::vector<Waiver>{};
    }
    TRY_ASSIGN(auto const text, read_file(path));
    return parse_waivers(text, path).map_error([](Error error) {
        error.kind = Errc::usage;
        return error;
    });
}

} // namespace

std::string in_repo(Options const& options, std::string const& path) {
    return options.repo.empty() ? path : options.repo + "/" + path;
}

Result<std::vector<Waiver>> trailer_waivers(Git const& git, Range const& range) {
    std::vector<Waiver> waivers;
    if (range.initial) {
        return waivers;
    }
    TRY_ASSIGN(auto const output, git.run({"log", "--format=%h%n%(trailers:key=Split-Check-Waive,valueonly,unfold)",
                                           range.base + ".." + range.head}));
    std::string commit;
    std::string_view rest{output};
    while (!rest.empty()) {
        std::size_t const end = std::min(rest.find('\n'), rest.size());
        std::string const line{rest.substr(0, end)};
        rest.remove_prefix(std::min(end + 1, rest.size()));
        auto waiver = parse_trailer(line);
        if (waiver) {
            waiver->where = "commit " + commit;
            waivers.push_back(std::move(*waiver));
        } else if (!line.empty() && line.find(' ') == std::string::npos) {
            commit = line;
        }
    }
    return waivers;
}

Result<std::vector<Waiver>> stated_waivers(Release const& release, Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto waivers, file_waivers(options));
    for (auto const& file : release.files) {
        auto comments = comment_waivers(file);
        std::move(comments.begin(), comments.end(), std::back_inserter(waivers));
    }
    auto const mixed = context.environment.get("SLUICE_SPLIT_WAIVE_MIXED");
    if (mixed && release.kind == Kind::mixed) {
        Waiver waiver;
        waiver.rule = rule::mixed;
        waiver.reason = *mixed;
        waiver.where = "SLUICE_SPLIT_WAIVE_MIXED";
        waiver.may_waive_mixed = true;
        waivers.push_back(std::move(waiver));
    }
    return waivers;
}

} // namespace sluice::split_check
