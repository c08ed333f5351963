#include "tools/db-snapshot/cat.hpp"

#include "common/log/log.hpp"
#include "common/process/signals.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/snapshot/chunk.hpp"
#include "common/snapshot/digest.hpp"
#include "common/store/open_store.hpp"
#include "tools/db-snapshot/inspect.hpp"

#include <ostream>

namespace sluice::db_snapshot {

Result<void> read_stream(store::Store& store, snapshot::Manifest const& manifest,
                         std::function<Result<void>(std::string_view)> const& take) {
    snapshot::Sha256 sum;
    std::uint64_t bytes = 0;
    TRY(snapshot::read_pieces(store, manifest.chunks, manifest.stream->pieces,
                              [&](std::string_view piece) -> Result<void> {
                                  TRY(process::check_not_stopped());
                                  sum.add(piece);
                                  bytes += piece.size();
                                  return take(piece);
                              }));
    return bytes == manifest.stream->bytes && sum.hex() == manifest.stream->sha256
               ? Result<void>{}
               : fail(Errc::bad_data, "the stream of snapshot '" + manifest.id + "' is not what its manifest says",
                      "Use another snapshot.");
}

Result<cli::ExitCode> cat(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto store, store::open_store(options.store, context.environment, options.store_key));
    TRY_ASSIGN(auto const name, chosen_name(*store, options.name));
    TRY_ASSIGN(auto const manifest, snapshot::Catalog(*store, name).find_any(options.id, context.clock.wall_now()));
    if (!manifest.stream) {
        return fail(Errc::usage, "snapshot '" + manifest.id + "' holds a database and not a stream",
                    "Restore it with db-restore-or-init, or write its files with db-snapshot export.");
    }
    if (!manifest.is_proven()) {
        log::warning("nobody knows whether the producer of this stream ended well", {{"id", manifest.id}});
    }
    TRY(read_stream(*store, manifest, [&](std::string_view bytes) -> Result<void> {
        context.out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return context.out ? Result<void>{} : fail(Errc::not_found, "cannot write the stream to standard output");
    }));
    return cli::ExitCode::ok;
}

} // namespace sluice::db_snapshot
