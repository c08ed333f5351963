#include "common/log/progress.hpp"
#include "tools/gate-wait/database_reader.hpp"

#include <cerrno>
#include <cstring>
#include <sys/statvfs.h>

namespace sluice::gate_wait {

namespace {

Observation free_at(std::string const& path, std::int64_t wanted) {
    struct statvfs facts {};
    if (statvfs(path.c_str(), &facts) != 0) {
        return saw_nothing("cannot look at '" + path + "': " + std::strerror(errno));
    }
    auto const bytes = static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
    std::string const what = log::size_text(bytes) + " free at " + path;
    bool const enough = bytes >= static_cast<std::uint64_t>(wanted);
    return enough ? saw_open(what)
                  : saw_closed(what + ", wanted " + log::size_text(static_cast<std::uint64_t>(wanted)));
}

// SQL tells no free space, but where the server is this machine the folder of its data can be looked at.
Result<Observation> look(postgres::Session& session, std::int64_t wanted) {
    TRY_ASSIGN(auto const rows, session.query("SELECT setting, inet_server_addr() IS NULL OR inet_server_addr() << "
                                              "'127.0.0.0/8' FROM pg_settings WHERE name = 'data_directory'"));
    if (rows.empty()) {
        return for_good(saw_nothing("the role may not know where the server's data is",
                                    R"(GRANT pg_monitor to it, or write "path".)"));
    }
    if (!postgres::truth_of(rows.front().at(1))) {
        return for_good(saw_nothing("the server is another machine, whose disk can't be seen from here",
                                    R"(Use "exec" with a command that asks there, or a metric by "http".)"));
    }
    return free_at(postgres::text_of(rows.front().at(0)), wanted);
}

} // namespace

std::unique_ptr<Asker> asker_of(SpaceCondition const& spec, Condition const& all, Surroundings&) {
    if (!spec.path.empty()) {
        return asking([spec] {
            auto seen = free_at(spec.path, spec.min_free_bytes);
            seen.source = "file system of " + spec.path;
            return seen;
        });
    }
    return asking_database(spec.connection, all.timeout, [wanted = spec.min_free_bytes](postgres::Session& session) {
        return look(session, wanted);
    });
}

} // namespace sluice::gate_wait
