#include "tools/db-snapshot/take_stream.hpp"

#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "common/process/signals.hpp"
#include "common/snapshot/chunk_writer.hpp"
#include "common/snapshot/digest.hpp"
#include "common/snapshot/stream_cutter.hpp"
#include "common/store/open_store.hpp"
#include "tools/db-snapshot/publish.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <ostream>
#include <poll.h>
#include <unistd.h>

namespace sluice::db_snapshot {

namespace {

using snapshot::Manifest;
using Take = std::function<Result<void>(std::string_view)>;

/// Stores what it is given and describes it.
class StreamStore {
  public:
    explicit StreamStore(snapshot::ChunkWriter& writer) : m_writer(writer) {}

    Result<void> append(std::string_view bytes) {
        m_sum.add(bytes);
        m_stream.bytes += bytes.size();
        return m_cutter.append(bytes);
    }
    Result<snapshot::Stream> finish() {
        TRY(m_cutter.finish());
        m_stream.sha256 = m_sum.hex();
        return std::move(m_stream);
    }

  private:
    Result<void> store(std::string_view chunk) {
        TRY_ASSIGN(auto const number, m_writer.put(chunk, m_compressor));
        m_stream.pieces.push_back({number, 0, chunk.size()});
        return {};
    }

    snapshot::ChunkWriter& m_writer;
    snapshot::Compressor m_compressor{};
    snapshot::Sha256 m_sum{};
    snapshot::Stream m_stream{};
    snapshot::StreamCutter m_cutter{[this](std::string_view chunk) { return store(chunk); }};
};

Result<void> read_stdin(Take const& take) {
    std::vector<char> buffer(std::size_t{256} * 1024);
    while (true) {
        std::array<pollfd, 2> watched{{{STDIN_FILENO, POLLIN, 0}, {process::stop_descriptor(), POLLIN, 0}}};
        poll(watched.data(), watched.size(), -1);
        TRY(process::check_not_stopped());
        ssize_t const count = read(STDIN_FILENO, buffer.data(), buffer.size());
        if (count == 0) {
            return {};
        }
        if (count > 0) {
            TRY(take({buffer.data(), static_cast<std::size_t>(count)}));
        } else if (errno != EINTR && errno != EAGAIN) {
            return fail(Errc::not_found, std::string("cannot read standard input: ") + std::strerror(errno));
        }
    }
}

// All that it prints counts, also what a process writes that it left behind.
Result<void> read_command(Options const& options, process::Runner& runner, Take const& take) {
    process::Command command{.arguments = options.command};
    command.on_output = take;
    command.until_output_ends = true;
    TRY_ASSIGN(auto const outcome, runner.run(command));
    if (!outcome.succeeded()) {
        Error error = process::failure_of(command, outcome);
        error.hint = "What it had printed is not kept as a snapshot.";
        return tl::unexpected<Error>(std::move(error));
    }
    return {};
}

Result<snapshot::Stream> read_stream(Options const& options, cli::Context& context, snapshot::ChunkWriter& writer,
                                     RunRecord& record) {
    StreamStore into(writer);
    log::Progress progress("reading the stream", 0);
    auto const take = [&](std::string_view bytes) -> Result<void> {
        progress.add(bytes.size());
        record.add_bytes(bytes.size());
        return into.append(bytes);
    };
    TRY(options.command.empty() ? read_stdin(take) : read_command(options, context.runner, take));
    TRY_ASSIGN(auto stream, into.finish());
    if (stream.bytes == 0) {
        return fail(Errc::bad_data, "the stream is empty", "Check that its producer writes to standard output.");
    }
    stream.producer_checked = !options.command.empty();
    stream.producer = options.command.empty() ? "" : std::filesystem::path(options.command.front()).filename().string();
    return stream;
}

struct Taken {
    Manifest manifest{};
    std::uint64_t new_bytes = 0;
};

Result<Taken> take_into(snapshot::Catalog const& catalog, RunRecord& record, Options const& options,
                        cli::Context& context) {
    TRY_ASSIGN(auto const known, chunks_of_newest(catalog, true));
    snapshot::ChunkWriter writer(catalog.store(), known);
    Taken taken;
    TRY_ASSIGN(taken.manifest.stream, read_stream(options, context, writer, record));
    taken.manifest.chunks = writer.take_chunks();
    taken.new_bytes = writer.written_bytes();
    TRY(publish(catalog, record, options, context, taken.manifest));
    return taken;
}

Json to_json(Taken const& taken) {
    Manifest const& manifest = taken.manifest;
    return {{"version", 1},
            {"id", manifest.id},
            {"name", manifest.name},
            {"producer_checked", manifest.stream->producer_checked},
            {"sha256", manifest.stream->sha256},
            {"plain_bytes", manifest.stream->bytes},
            {"stored_bytes", manifest.total_stored_bytes()},
            {"new_bytes", taken.new_bytes}};
}

void log_end(Taken const& taken) {
    log::info("snapshot complete", {{"id", taken.manifest.id},
                                    {"plain", log::size_text(taken.manifest.stream->bytes)},
                                    {"stored", log::size_text(taken.manifest.total_stored_bytes())},
                                    {"new", log::size_text(taken.new_bytes)}});
    if (!taken.manifest.is_proven()) {
        log::warning("nobody knows whether the producer of this stream ended well, so it does not become 'latest'",
                     {{"id", taken.manifest.id}, {"instead", "db-snapshot --command"}});
    }
}

} // namespace

Result<cli::ExitCode> take_stream(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto store,
               store::open_or_create_store(options.store, context.clock, context.environment, options.store_key));
    snapshot::Catalog const catalog(*store, options.name);
    TRY(chunks_of_newest(catalog, true).map([](auto const&) {}));
    TRY_ASSIGN(auto record, begin_run(catalog, options, context));
    auto const taken = take_into(catalog, *record, options, context);
    if (!taken) {
        record->failed(taken.error().message);
        return tl::unexpected<Error>(taken.error());
    }
    TRY(write_names_at_end(options, options.name, record->id()));
    log_end(*taken);
    context.out << (options.common.json ? json::dump(to_json(*taken)) : record->id()) << '\n';
    return cli::ExitCode::ok;
}

} // namespace sluice::db_snapshot
