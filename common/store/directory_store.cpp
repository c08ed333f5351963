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

} // namespace

DirectoryStore::DirectoryStore(std::filesystem::path root) : m_root(std::move(root)) {}

std::string DirectoryStore::description() const { return "store '" + m_root.string() + "'"; }

Result<std::optional<std::string>> DirectoryStore::read(std::string const& key) {
    std::filesystem::path const path = m_root / key;
    File const file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        return errno == ENOENT ? Result<std::optional<std::string>>{std::nullopt}
                               : system_error(errno, "cannot open '" + path.string() + "'");
    }
    struct stat facts {};
    if (fstat(file.get(), &facts) != 0) {
        return system_error(errno, "cannot read '" + path.string() + "'");
    }
    std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
    std::size_t at = 0;
    while (at < bytes.size()) {
        ssize_t const count = ::read(file.get(), bytes.data() + at, bytes.size() - at);
        if (count < 0 && errno != EINTR) {
            return system_error(errno, "cannot read '" + path.string() + "'");
        }
        if (count == 0) {
            break;
        }
        at += count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    bytes.resize(at);
    return std::optional<std::string>(std::move(bytes));
}

Result<std::optional<std::uint64_t>> DirectoryStore::size(std::string const& key) {
    struct stat facts {};
    if (stat((m_root / key).c_str(), &facts) == 0) {
        return std::optional<std::uint64_t>(static_cast<std::uint64_t>(facts.st_size));
    }
    if (errno == ENOENT) {
        return std::optional<std::uint64_t>{};
    }
    return system_error(errno, "cannot look at '" + (m_root / key).string() + "'");
}

Result<void> DirectoryStore::write(std::string const& key, std::string_view bytes) {
    std::filesystem::path const path = m_root / key;
    std::error_code failure;
    std::filesystem::create_directories(path.parent_path(), failure);
    if (failure) {
        return system_error(failure.value(), "cannot make folder '" + path.parent_path().string() + "'");
    }
    std::filesystem::path const temporary = path.parent_path() / temporary_name();
    int number = write_synced(temporary, bytes);
    if (number == 0 && rename(temporary.c_str(), path.c_str()) != 0) {
        number = errno;
    }
    if (number != 0) {
        unlink(temporary.c_str());
        return system_error(number, "cannot write '" + path.string() + "'");
    }
    number = sync_folder(path.parent_path());
    return number == 0 ? Result<void>{} : system_error(number, "cannot sync '" + path.parent_path().string() + "'");
}

Result<void> DirectoryStore::remove(std::string const& key) {
    std::filesystem::path const path = m_root / key;
    if (unlink(path.c_str()) != 0 && errno != ENOENT) {
        return system_error(errno, "cannot remove '" + path.string() + "'");
    }
    // Folders that become empty go too; rmdir refuses the others, which is what is wanted.
    for (auto folder = path.parent_path(); folder != m_root && rmdir(folder.c_str()) == 0;) {
        folder = folder.parent_path();
    }
    return {};
}

Result<std::vector<Object>> DirectoryStore::list(std::string const& prefix) {
    std::vector<Object> objects;
    std::error_code failure;
    std::filesystem::path const folder = m_root / prefix;
    std::filesystem::recursive_directory_iterator entry(folder, failure);
    for (; !failure && entry != std::filesystem::recursive_directory_iterator(); entry.increment(failure)) {
        bool const temporary = entry->path().filename().string().starts_with(k_temporary_prefix);
        std::error_code vanished; // another process may remove it while we look
        if (!temporary && entry->is_regular_file(vanished)) {
            auto const size = entry->file_size(vanished);
            objects.push_back(
                {std::filesystem::relative(entry->path(), m_root, vanished).string(), vanished ? 0 : size});
        }
    }
    if (failure && failure.value() != ENOENT) {
        return system_error(failure.value(), "cannot list '" + folder.string() + "'");
    }
    std::sort(objects.begin(), objects.end(), [](auto const& a, auto const& b) { return a.key < b.key; });
    return objects;
}

Result<std::vector<std::string>> DirectoryStore::list_folders(std::string const& prefix) {
    std::vector<std::string> names;
    std::error_code failure;
    std::filesystem::directory_iterator entry(m_root / prefix, failure);
    for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
        std::error_code vanished;
        if (entry->is_directory(vanished)) {
            names.push_back(entry->path().filename().string());
        }
    }
    if (failure && failure.value() != ENOENT) {
        return system_error(failure.value(), "cannot list '" + (m_root / prefix).string() + "'");
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace sluice::store
