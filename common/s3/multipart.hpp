#pragma once

#include "common/s3/client.hpp"

namespace sluice::s3 {

/// Above this many bytes an object goes up in parts, so that a connection that breaks costs a part and not the whole.
/// All chunks are smaller: parts cost two requests more, and a kill leaves them behind.
inline constexpr std::size_t k_one_request_bytes = std::size_t{16} << 20U;

/// Uploads an object in parts, some at a time; readers see it whole or not at all. `bytes` stay where they are until
/// it returns. After a failure or a stop the parts are taken back, as far as that succeeds within seconds;
/// `abort_uploads` removes the others. Blocks for `Patience::total` per request. Errors: those of `Client::send`;
/// temporary when the upload was aborted by others. Source: Amazon S3 API reference, CreateMultipartUpload.
[[nodiscard]] Result<void> upload_in_parts(Client& client, std::string const& key, http::Headers const& headers,
                                           std::string_view bytes);

/// Aborts the uploads below the location's prefix that were begun before `begun_before`, by the server's clock, and
/// never ended; how many. Errors: those of `Client::send`.
[[nodiscard]] Result<std::size_t> abort_uploads(Client& client, time::Wall begun_before);

} // namespace sluice::s3
