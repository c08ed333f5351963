#include "common/store/directory_store.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace sluice::store {

namespace {

constexpr std::string_view k_temporary_prefix = ".tmp-";
constexpr int k_write_attempts = 100;

tl::unexpected<Error> system_error(int number, std::string const& what) {
    std::string const text = what + ": " + std::strerror(number);
    switch (number) {
    case EACCES:
    case EPERM:
    case EROFS: return fail(Errc::denied, text, "Give the user that runs this the right to read and write the store.");
    case ENOSPC:
    case EDQUOT: return fail(Errc::temporary, text, "The disk under the store is full: free space, then run it again.");
    case ENOENT:
    case ENOTDIR: return fail(Errc::not_found, text, "Check that the store is mounted and the path is right.");
    default: return fail(Errc::temporary, text);
    }
}

class File {
  public:
    explicit File(int number) : m_number(number) {}
    File(File const&) = delete;
    File& operator=(File const&) = delete;
    ~File() {
        if (m_number >= 0) {
            close(m_number);
        }
    }
    [[nodiscard]] int get() const { return m_number; }
    [[nodiscard]] int close_now() { return close(std::exchange(m_number, -1)); }

  private:
    int m_number;
};

int write_fully(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t const count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) {
            return errno;
        }
        bytes.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    return 0;
}

int sync_folder(std::filesystem::path const& folder) {
    File const directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory.get() < 0 || fsync(directory.get()) != 0 ? errno : 0;
}

// Unique in this process and, by the process number, on this machine; the host name keeps machines that share a
// network folder apart.
std::string temporary_name() {
    static std::atomic<unsigned> counter{0};
    std::array<char, 256> host{};
    gethostname(host.data(), host.size() - 1);
    return std::string(k_temporary_prefix) + host.data() + "-" + std::to_string(getpid()) + "-" +
           std::to_string(counter.fetch_add(1));
}

int write_synced(std::filesystem::path const& path, std::string_view bytes) {
    File file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (file.get() < 0) {
        return errno;
    }
    int failure = write_fully(file.get(), bytes);
    if (failure == 0 && fdatasync(file.get()) != 0) {
        failure = errno;
    }
    return file.close_now() != 0 && failure == 0 ? errno : failure;
}

int read_fully(int file, std::string& bytes) {
    struct stat facts {};
    if (fstat(file, &facts) != 0) {
        return errno;
    }
    bytes.resize(static_cast<std::size_t>(facts.st_size));
    std::size_t at = 0;
    while (at < bytes.size()) {
        ssize_t const count = ::read(file, bytes.data() + at, bytes.size() - at);
        if (count < 0 && errno != EINTR) {
            return errno;
        }
        if (count == 0) {
            break;
        }
        at += count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    bytes.resize(at);
    return 0;
}

bool is_absence(int number) { return number == ENOENT || number == ENOTDIR; }

} // namespace

DirectoryStore::DirectoryStore(std::filesystem::path root) : m_root(std::move(root)) {
    if (!m_root.has_filename()) {
        m_root = m_root.parent_path(); // "store/" and "store" are the same folder and must compare equal
    }
}

std::string DirectoryStore::description() const { return "store '" + m_root.string() + "'"; }

// A disk that was unmounted must neither look like a store without this object nor be written beside.
Result<void> DirectoryStore::check_root() const {
    std::error_code failure;
    if (!std::filesystem::is_directory(m_root, failure)) {
        return failure ? system_error(failure.value(), description() + " cannot be looked at")
                       : system_error(ENOENT, description() + " is not there");
    }
    return {};
}

Result<std::optional<std::string>> DirectoryStore::read(std::string const& key) {
    std::filesystem::path const path = m_root / key;
    File const file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0 && is_absence(errno)) {
        return check_root().map([] { return std::optional<std::string>{}; });
    }
    std::string bytes;
    int const failure = file.get() < 0 ? errno : read_fully(file.get(), bytes);
    if (failure != 0) {
        return system_error(failure, "cannot read '" + path.string() + "'");
    }
    return std::optional<std::string>(std::move(bytes));
}

Result<std::optional<std::uint64_t>> DirectoryStore::size(std::string const& key) {
    struct stat facts {};
    if (stat((m_root / key).c_str(), &facts) == 0) {
        return S_ISREG(facts.st_mode) ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(facts.st_size))
                                      : std::nullopt;
    }
    return is_absence(errno) ? check_root().map([] { return std::optional<std::uint64_t>{}; })
                             : system_error(errno, "cannot look at '" + (m_root / key).string() + "'");
}

// New folders are as durable as the object in them only once the folders above are synced.
int DirectoryStore::make_folder(std::filesystem::path const& folder) const {
    std::error_code failure;
    bool const made = std::filesystem::create_directories(folder, failure);
    int number = failure.value();
    for (auto above = folder; made && number == 0 && above != m_root;) {
        above = above.parent_path();
        number = sync_folder(above);
    }
    return number;
}

int DirectoryStore::write_once(std::filesystem::path const& path, std::string_view bytes) const {
    int number = make_folder(path.parent_path());
    if (number != 0) {
        return number;
    }
    std::filesystem::path const temporary = path.parent_path() / temporary_name();
    number = write_synced(temporary, bytes);
    if (number == 0 && rename(temporary.c_str(), path.c_str()) != 0) {
        number = errno;
    }
    if (number != 0) {
        unlink(temporary.c_str());
        return number;
    }
    number = sync_folder(path.parent_path());
    return number == ENOENT ? 0 : number; // already removed again, together with its folder
}

Result<void> DirectoryStore::write(std::string const& key, std::string_view bytes) {
    TRY(check_root());
    std::filesystem::path const path = m_root / key;
    int number = ENOENT;
    // Whoever removes the last object of a folder removes the folder, maybe just before we write into it.
    for (int attempt = 0; attempt < k_write_attempts && number == ENOENT; ++attempt) {
        number = write_once(path, bytes);
    }
    return number == 0 ? Result<void>{} : system_error(number, "cannot write '" + path.string() + "'");
}

Result<void> DirectoryStore::remove(std::string const& key) {
    std::filesystem::path const path = m_root / key;
    if (unlink(path.c_str()) != 0 && !is_absence(errno)) {
        return system_error(errno, "cannot remove '" + path.string() + "'");
    }
    remove_empty_folders(path.parent_path());
    return {};
}

// Folders that become empty go too; rmdir refuses the others, which is what is wanted.
void DirectoryStore::remove_empty_folders(std::filesystem::path folder) const {
    while (folder != m_root && rmdir(folder.c_str()) == 0) {
        folder = folder.parent_path();
    }
}

int DirectoryStore::move_once(std::filesystem::path const& from, std::filesystem::path const& to) const {
    int number = make_folder(to.parent_path());
    if (number == 0 && rename(from.c_str(), to.c_str()) != 0) {
        number = errno;
    }
    if (number == 0) {
        number = sync_folder(to.parent_path());
        number = number == ENOENT ? 0 : number; // moved on already, together with its folder
    }
    if (number == 0) {
        number = sync_folder(from.parent_path());
        number = number == ENOENT ? 0 : number; // somebody removed the folder once it was empty
    }
    return number;
}

Result<bool> DirectoryStore::move(std::string const& from, std::string const& to) {
    TRY(check_root());
    std::filesystem::path const source = m_root / from;
    std::filesystem::path const target = m_root / to;
    int number = ENOENT;
    // As in `write`: the target's folder may vanish before the rename. Without a source there is nothing to repeat.
    for (int attempt = 0; attempt < k_write_attempts && number == ENOENT; ++attempt) {
        if (access(source.c_str(), F_OK) != 0 && is_absence(errno)) {
            remove_empty_folders(target.parent_path()); // an earlier attempt may have made it
            return check_root().map([] { return false; });
        }
        number = move_once(source, target);
    }
    if (number != 0) {
        return system_error(number, "cannot move '" + source.string() + "' to '" + target.string() + "'");
    }
    remove_empty_folders(source.parent_path());
    return true;
}

// By the clock of the machine that the files lie on, which need not be ours: a file made now has its time.
Result<std::filesystem::file_time_type> DirectoryStore::file_system_now() const {
    auto const probe = m_root / temporary_name();
    int const number = write_synced(probe, "");
    std::error_code failure;
    auto const now = std::filesystem::last_write_time(probe, failure);
    unlink(probe.c_str());
    return number == 0 && !failure
               ? Result<std::filesystem::file_time_type>(now)
               : system_error(number != 0 ? number : failure.value(), "cannot write into '" + m_root.string() + "'");
}

Result<std::size_t> DirectoryStore::remove_abandoned(std::chrono::milliseconds age) {
    TRY(check_root());
    TRY_ASSIGN(auto const now, file_system_now());
    std::size_t removed = 0;
    std::error_code failure;
    constexpr auto skip = std::filesystem::directory_options::skip_permission_denied;
    std::filesystem::recursive_directory_iterator entry(m_root, skip, failure);
    for (; !failure && entry != std::filesystem::recursive_directory_iterator(); entry.increment(failure)) {
        std::error_code vanished; // another process may remove it while we look
        bool const temporary = entry->path().filename().string().starts_with(k_temporary_prefix);
        if (temporary && entry->is_regular_file(vanished) && now - entry->last_write_time(vanished) >= age &&
            !vanished && unlink(entry->path().c_str()) == 0) {
            ++removed;
        }
    }
    return removed;
}

Result<std::vector<DirectoryStore::Entry>> DirectoryStore::entries_of(std::string const& prefix) const {
    std::vector<Entry> entries;
    std::error_code failure;
    std::filesystem::directory_iterator entry(m_root / prefix, failure);
    for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
        std::string const name = entry->path().filename().string();
        std::error_code vanished; // another process may remove it while we look
        if (entry->is_directory(vanished)) {
            entries.push_back({name, true, 0});
        } else if (entry->is_regular_file(vanished) && !name.starts_with(k_temporary_prefix)) {
            auto const size = entry->file_size(vanished);
            if (!vanished) {
                entries.push_back({name, false, size});
            }
        }
    }
    if (failure && !is_absence(failure.value())) {
        return system_error(failure.value(), "cannot list '" + (m_root / prefix).string() + "'");
    }
    return entries;
}

// Folder by folder: one that vanishes meanwhile must not end the list of the others.
Result<void> DirectoryStore::collect(std::string const& prefix, std::vector<Object>& objects) const {
    TRY_ASSIGN(auto const entries, entries_of(prefix));
    for (auto const& entry : entries) {
        if (entry.is_folder) {
            TRY(collect(prefix + entry.name + "/", objects));
        } else {
            objects.push_back({prefix + entry.name, entry.size_bytes});
        }
    }
    return {};
}

Result<std::vector<Object>> DirectoryStore::list(std::string const& prefix) {
    TRY(check_root());
    std::vector<Object> objects;
    TRY(collect(prefix, objects));
    std::sort(objects.begin(), objects.end(), [](auto const& a, auto const& b) { return a.key < b.key; });
    return objects;
}

Result<std::vector<std::string>> DirectoryStore::list_folders(std::string const& prefix) {
    TRY(check_root());
    TRY_ASSIGN(auto const entries, entries_of(prefix));
    std::vector<std::string> names;
    for (auto const& entry : entries) {
        if (entry.is_folder) {
            names.push_back(entry.name);
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace sluice::store
