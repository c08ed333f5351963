#include "tools/gate-wait/record.hpp"

#include "common/json/json.hpp"
#include "common/log/redact.hpp"
#include "common/snapshot/digest.hpp"
#include "common/time/timestamp.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::gate_wait {

namespace {

tl::unexpected<Error> cannot(std::string const& what, std::string const& path, int number) {
    Errc const kind = number == EACCES || number == EPERM || number == EROFS  ? Errc::denied
                      : number == ENOSPC || number == EDQUOT || number == EIO ? Errc::temporary
                                                                              : Errc::not_found;
    return fail(kind, "cannot " + what + " the record '" + path + "': " + std::strerror(number),
                "Name a file in a folder that exists and may be written.");
}

Result<std::string> read_all(int file, std::string const& path) {
    std::string text;
    std::array<char, 65536> buffer{};
    for (ssize_t count = 1; count != 0;) {
        count = read(file, buffer.data(), buffer.size());
        if (count < 0) {
            return cannot("read", path, errno);
        }
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
}

tl::unexpected<Error> broken(std::string const& name, std::size_t line, std::string const& why) {
    return fail(Errc::bad_data, "'" + name + "' line " + std::to_string(line) + ": " + why,
                "The record was changed, or is another file: keep it for whoever looks into it, and name a new one.");
}

Result<void> follow_line(std::string_view line, std::string const& name, Chain& chain) {
    std::size_t const number = chain.lines + 1;
    auto const event = json::parse(line, name);
    if (!event || !event->is_object()) {
        return broken(name, number, "no JSON object");
    }
    std::string const previous = number == 1 ? first_hash() : chain.last_hash;
    if (event->value("prev", Json()) != previous) {
        return broken(name, number,
                      number == 1 ? "this is not where the record began" : "the line before it was changed");
    }
    if (event->value("version", Json()) != 1 || event->value("n", Json()) != number ||
        !event->value("event", Json()).is_string()) {
        return broken(name, number, "no line of a record of version 1");
    }
    chain = {number, snapshot::sha256_hex(line), (*event)["event"].get<std::string>(), std::string(line)};
    return {};
}

int write_line(int file, std::string_view line) {
    while (!line.empty()) {
        ssize_t const count = write(file, line.data(), line.size());
        if (count < 0 && errno != EINTR) {
            return errno;
        }
        line.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    return fdatasync(file) == 0 ? 0 : errno;
}

} // namespace

std::string first_hash() { return std::string(64, '0'); }

Result<Chain> follow_chain(std::string_view text, std::string const& name) {
    Chain chain{0, first_hash(), "", ""};
    while (!text.empty()) {
        std::size_t const end = text.find('\n');
        if (end == std::string_view::npos) {
            return broken(name, chain.lines + 1, "cut off: it has no end");
        }
        TRY(follow_line(text.substr(0, end), name, chain));
        text.remove_prefix(end + 1);
    }
    return chain;
}

void Record::Closer::operator()(int const* file) const {
    close(*file);
    delete file;
}

Result<Record> Record::open(std::string const& path, time::Clock& clock) {
    Record record(path, clock);
    if (path.empty()) {
        return record;
    }
    int const file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (file < 0) {
        return cannot("open", path, errno);
    }
    record.m_file.reset(new int(file));
    struct stat facts {};
    if (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return fail(Errc::usage, "the record '" + path + "' is no ordinary file",
                    "A record is read back before it is added to.");
    }
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        return fail(Errc::temporary, "another gate-wait writes to the record '" + path + "'",
                    "Give each its own file.");
    }
    TRY_ASSIGN(auto const text, read_all(file, path));
    TRY_ASSIGN(record.m_chain, follow_chain(text, path));
    return record;
}

Result<void> Record::append(Json event) {
    if (!m_file) {
        return {};
    }
    event["version"] = 1;
    event["n"] = m_chain.lines + 1;
    event["at"] = time::timestamp_text(m_clock->wall_now());
    event["prev"] = m_chain.lines == 0 ? first_hash() : m_chain.last_hash;
    std::string const name = event.value("event", std::string{});
    std::string const line = log::redact(json::dump(event));
    int const failure = write_line(*m_file, line + "\n");
    if (failure != 0) {
        return cannot("write", m_path, failure);
    }
    m_chain = {m_chain.lines + 1, snapshot::sha256_hex(line), name, line};
    return {};
}

} // namespace sluice::gate_wait
