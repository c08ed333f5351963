#include "common/s3/multipart.hpp"

#include "common/log/log.hpp"
#include "common/process/parallel.hpp"
#include "common/process/signals.hpp"
#include "common/s3/answer.hpp"
#include "common/s3/xml.hpp"

#include <pugixml.hpp>
#include <sstream>

namespace sluice::s3 {

namespace {

// S3 takes 10,000 parts of 5 MiB at least. A GiB, the most that is read back and the manifest of some 7 TB, has 128.
constexpr std::size_t k_part_bytes = std::size_t{8} << 20U;
constexpr std::size_t k_parts_at_once = 4;
constexpr int k_not_found = 404;

// <CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"..."</ETag></Part>...
std::string list_of_parts(std::vector<std::string> const& etags) {
    pugi::xml_document document;
    auto root = document.append_child("CompleteMultipartUpload");
    for (std::size_t i = 0; i < etags.size(); ++i) {
        auto part = root.append_child("Part");
        part.append_child("PartNumber").text().set(static_cast<unsigned>(i + 1));
        part.append_child("ETag").text().set(etags[i].c_str());
    }
    std::ostringstream text;
    document.save(text, "", pugi::format_raw);
    return text.str();
}

Error aborted_by_others() {
    return {Errc::temporary,
            "the upload in parts is no longer there",
            "It was aborted, by a prune or by the bucket's rules. Run again.",
            {},
            {}};
}

class PartsUpload {
  public:
    PartsUpload(Client& client, std::string const& key, std::string_view bytes)
        : m_client(client), m_key(key), m_bytes(bytes), m_etags((bytes.size() + k_part_bytes - 1) / k_part_bytes) {}

    Result<void> begin(http::Headers const& headers) {
        Operation operation{"POST", m_key, {{"uploads", ""}}, headers};
        TRY_ASSIGN(auto const answer, m_client.send(operation));
        m_id = xml_text(answer.body, "UploadId").value_or("");
        return m_id.empty() ? fail(Errc::temporary, "the server begins an upload in parts and does not name it")
                            : Result<void>{};
    }

    Result<void> send_parts() {
        return process::run_parallel(std::min(k_parts_at_once, m_etags.size()), m_etags.size(),
                                     [this](std::size_t, std::size_t part) { return send_part(part); });
    }

    Result<void> complete() {
        std::string const parts = list_of_parts(m_etags);
        Operation operation{"POST", m_key, {{"uploadId", m_id}}, {{"Content-Type", "application/xml"}}, parts};
        TRY_ASSIGN(auto const answer, m_client.send(operation));
        return answer.status == k_not_found ? is_there() : Result<void>{};
    }

    void abort() {
        process::FinishingUp const although_stopped;
        Operation operation{"DELETE", m_key, {{"uploadId", m_id}}};
        if (auto const aborted = m_client.send(operation); !aborted) {
            log::warning(
                "parts of an upload stay on the server until prune aborts it, an hour from now at the earliest",
                {{"key", m_key}, {"why", aborted.error().message}});
        }
    }

  private:
    Result<void> send_part(std::size_t part) {
        Operation operation{"PUT", m_key, {{"partNumber", std::to_string(part + 1)}, {"uploadId", m_id}}};
        operation.headers = {{"Content-Type", "application/octet-stream"}};
        operation.body = m_bytes.substr(part * k_part_bytes, k_part_bytes);
        TRY_ASSIGN(auto const answer, m_client.send(operation));
        if (answer.status == k_not_found) {
            return tl::unexpected<Error>(aborted_by_others());
        }
        m_etags[part] = header_of(answer, "etag");
        return m_etags[part].empty() ? fail(Errc::temporary, "the server takes a part and gives it no ETag")
                                     : Result<void>{};
    }

    // The answer to an earlier attempt may have been lost, and the upload be over because it is complete.
    Result<void> is_there() {
        Operation operation;
        operation.key = m_key;
        TRY_ASSIGN(auto const answer, m_client.send(operation));
        bool const ours = answer.status != k_not_found && answer.body == m_bytes;
        return ours ? Result<void>{} : tl::unexpected<Error>(aborted_by_others());
    }

    Client& m_client;
    std::string const& m_key;
    std::string_view m_bytes;
    std::string m_id{};
    std::vector<std::string> m_etags;
};

Result<PendingUploads> pending_uploads(Client& client, PendingUploads const& after) {
    Operation operation;
    operation.query = {{"prefix", client.location().prefix}, {"uploads", ""}};
    if (!after.next_key.empty()) {
        operation.query.emplace_back("key-marker", after.next_key);
        operation.query.emplace_back("upload-id-marker", after.next_id);
    }
    TRY_ASSIGN(auto const answer, client.send(operation));
    return parse_pending_uploads(answer.body);
}

} // namespace

Result<void> upload_in_parts(Client& client, std::string const& key, http::Headers const& headers,
                             std::string_view bytes) {
    PartsUpload upload(client, key, bytes);
    TRY(upload.begin(headers));
    auto done = upload.send_parts().and_then([&] { return upload.complete(); });
    if (!done) {
        upload.abort();
    }
    return done;
}

Result<std::size_t> abort_uploads(Client& client, time::Wall begun_before) {
    std::size_t aborted = 0;
    PendingUploads page;
    do {
        TRY_ASSIGN(page, pending_uploads(client, page));
        for (auto const& upload : page.uploads) {
            if (upload.begun >= begun_before) {
                continue;
            }
            Operation operation{
                "DELETE", upload.key.substr(client.location().prefix.size()), {{"uploadId", upload.id}}};
            TRY(client.send(operation));
            ++aborted;
        }
    } while (!page.next_key.empty());
    return aborted;
}

} // namespace sluice::s3
