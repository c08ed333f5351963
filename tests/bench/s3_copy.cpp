// What tests/bench/s3 times: the files of a folder to a store on S3 and back, by the client that the tools use.
#include "common/process/signals.hpp"
#include "common/store/s3_store.hpp"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

namespace {

using namespace sluice;

constexpr char const* k_usage = "usage: s3_bench_tool put|get s3://BUCKET/PREFIX FOLDER CONNECTIONS\n";

std::string read_file(std::filesystem::path const& path) {
    std::string bytes(std::filesystem::file_size(path), '\0');
    std::ifstream(path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return bytes;
}

Result<void> put(store::Store& store, std::filesystem::path const& file) {
    return store.write(file.filename().string(), read_file(file));
}

Result<void> get(store::Store& store, std::filesystem::path const& file) {
    TRY_ASSIGN(auto const bytes, store.read(file.filename().string()));
    if (!bytes) {
        return fail(Errc::not_found, "'" + file.string() + "' is not there");
    }
    std::ofstream out(file, std::ios::binary);
    out.write(bytes->data(), static_cast<std::streamsize>(bytes->size()));
    return out ? Result<void>{} : fail(Errc::temporary, "cannot write '" + file.string() + "'");
}

std::vector<std::filesystem::path> files_to_move(store::Store& store, bool download,
                                                 std::filesystem::path const& folder) {
    std::vector<std::filesystem::path> files;
    if (download) {
        auto const objects = store.list("").value();
        for (auto const& object : objects) {
            files.push_back(folder / object.key);
        }
    } else {
        for (auto const& entry : std::filesystem::directory_iterator(folder)) {
            files.push_back(entry.path());
        }
    }
    return files;
}

int copy(store::Store& store, bool download, std::filesystem::path const& folder, int connections) {
    auto const files = files_to_move(store, download, folder);
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::vector<std::thread> workers;
    for (int i = 0; i < connections; ++i) {
        workers.emplace_back([&] {
            for (std::size_t at = next++; at < files.size() && !failed; at = next++) {
                auto const done = download ? get(store, files[at]) : put(store, files[at]);
                if (!done) {
                    std::cerr << result::to_text(done.error(), "s3_bench_tool");
                    failed = true;
                }
            }
        });
    }
    for (auto& worker : workers) {
        worker.join();
    }
    return failed || files.empty() ? EXIT_FAILURE : EXIT_SUCCESS;
}

} // namespace

int main(int argc, char** argv) {
    process::watch_signals();
    std::vector<std::string> const arguments(argv + 1, argv + argc);
    bool const known = arguments.size() == 4 && (arguments[0] == "put" || arguments[0] == "get");
    if (!known) {
        std::cerr << k_usage;
        return 2;
    }
    auto const store = store::make_s3_store(arguments[1], ci::Environment::of_process(), time::real_clock());
    if (!store) {
        std::cerr << result::to_text(store.error(), "s3_bench_tool");
        return 2;
    }
    return copy(**store, arguments[0] == "get", arguments[2], std::atoi(arguments[3].c_str()));
}
