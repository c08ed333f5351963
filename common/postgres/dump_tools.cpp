#include "common/postgres/dump_tools.hpp"

#include "common/process/signals.hpp"

#include <algorithm>
#include <filesystem>
#include <regex>

namespace sluice::postgres {

namespace {

// The folder of that version first: what Debian has in PATH is a script that looks for the same programs, and takes
// longer for it than a small database takes to be read.
std::vector<std::string> candidate_folders(int major) {
    std::vector<std::string> folders{""};
    for (char const* root : {"/usr/lib/postgresql", "/usr"}) {
        std::error_code ignored;
        for (auto const& entry : std::filesystem::directory_iterator(root, ignored)) {
            std::string const name = entry.path().filename().string();
            bool const debian = std::string_view(root) != "/usr";
            if (debian || name.starts_with("pgsql-")) {
                folders.push_back((entry.path() / "bin").string() + "/");
            }
        }
    }
    auto const of_version = [version = std::to_string(major)](std::string const& folder) {
        return folder.ends_with("/" + version + "/bin/") || folder.ends_with("/pgsql-" + version + "/bin/");
    };
    std::stable_partition(folders.begin(), folders.end(), of_version);
    return folders;
}

// "pg_dump (PostgreSQL) 15.18 (Debian …)"
int major_in(std::string const& text) {
    static std::regex const pattern(R"(\(PostgreSQL\) ([0-9]+))");
    std::smatch found;
    return std::regex_search(text, found, pattern) ? std::stoi(found[1].str()) : 0;
}

int major_of(process::Runner& runner, std::string const& program) {
    auto const outcome = runner.run({.arguments = {program, "--version"}});
    return outcome && outcome->succeeded() ? major_in(outcome->output) : 0;
}

} // namespace

Result<DumpTools> choose_dump_tools(std::vector<DumpTools> const& found, int server_version) {
    int const needed = server_version / 10000;
    DumpTools const* nearest = nullptr;
    for (auto const& tools : found) {
        if (tools.major >= needed && (nearest == nullptr || tools.major < nearest->major)) {
            nearest = &tools;
        }
    }
    if (nearest != nullptr) {
        return *nearest;
    }
    int best = 0;
    for (auto const& tools : found) {
        best = std::max(best, tools.major);
    }
    std::string const have = best == 0 ? "none is installed" : "the newest here is " + std::to_string(best);
    return fail(Errc::not_found,
                "the server is PostgreSQL " + std::to_string(needed) + " and needs pg_dump and pg_restore of version " +
                    std::to_string(needed) + " or newer; " + have,
                "Install the package postgresql-client-" + std::to_string(needed) + ".");
}

Result<DumpTools> find_dump_tools(process::Runner& runner, int server_version) {
    int const needed = server_version / 10000;
    std::vector<DumpTools> found;
    for (auto const& folder : candidate_folders(needed)) {
        DumpTools tools{folder + "pg_dump", folder + "pg_restore", 0};
        tools.major = std::min(major_of(runner, tools.pg_dump), major_of(runner, tools.pg_restore));
        if (tools.major == needed) {
            return tools; // none can be nearer
        }
        if (tools.major > 0) {
            found.push_back(std::move(tools));
        }
    }
    // A program that a signal stopped has not answered either, which says nothing of what is installed.
    TRY(process::check_not_stopped());
    return choose_dump_tools(found, server_version);
}

} // namespace sluice::postgres
