#include "tools/gate-wait/store_approval.hpp"

#include "common/json/object_reader.hpp"
#include "common/snapshot/digest.hpp"
#include "common/time/timestamp.hpp"

#include <algorithm>

namespace sluice::gate_wait {

namespace {

constexpr char const* k_request_file = "request.json";
constexpr std::size_t k_key_length = 24; // 96 bits: nobody finds another subject with the same

std::string folder_of(std::string const& gate) { return "approvals/" + gate + "/"; }

Json subject_json(std::string const& gate, Subject const& subject) {
    return {{"gate", gate},
            {"revision", subject.revision},
            {"environment", subject.environment},
            {"migrations_sha256", subject.migrations}};
}

Result<Subject> read_subject(Json const& value, std::string& gate) {
    json::ObjectReader reader(value, "/subject");
    gate = reader.required<std::string>("gate");
    Subject subject;
    subject.revision = reader.required<std::string>("revision");
    subject.environment = reader.required<std::string>("environment");
    subject.migrations = reader.required<std::string>("migrations_sha256");
    TRY(reader.finish());
    return subject;
}

// NOLINTNEXTLINE(bugprone-exception-escape): the move of nlohmann's type only asserts
struct Document {
    Json json;
    std::string gate{};
    Subject subject{};
};

Result<Document> read_document(store::Store& store, std::string const& key) {
    TRY_ASSIGN(auto const text, store.read(key));
    Document document;
    TRY_ASSIGN(document.json, json::parse(text.value_or(""), key));
    if (!document.json.is_object() || document.json.value("version", Json()) != 1) {
        return fail(Errc::bad_data, "'" + key + "' is of a version that this program does not know");
    }
    TRY_ASSIGN(document.subject, read_subject(document.json.value("subject", Json()), document.gate)
                                     .map_error(while_doing("reading '" + key + "'")));
    return document;
}

Result<Request> read_request(store::Store& store, std::string const& key) {
    TRY_ASSIGN(auto document, read_document(store, key));
    json::ObjectReader reader(document.json, "");
    reader.allow("version");
    reader.allow("subject");
    Request request{document.gate, document.subject, {}, reader.required<std::string>("pipeline")};
    request.subject.triggerer = reader.required<std::string>("triggerer");
    auto const asked = reader.required<std::string>("asked_at");
    TRY(reader.finish().map_error(while_doing("reading '" + key + "'")));
    TRY_ASSIGN(request.asked_at, time::parse_timestamp(asked).map_error(while_doing("reading '" + key + "'")));
    return request;
}

Result<Approval> read_answer(store::Store& store, std::string const& key, std::string const& gate,
                             Subject const& subject) {
    TRY_ASSIGN(auto document, read_document(store, key));
    if (subject_json(document.gate, document.subject) != subject_json(gate, subject)) {
        return fail(Errc::bad_data, "'" + key + "' answers another question than its folder asks",
                    "It was moved or changed: remove it and look who could.");
    }
    json::ObjectReader reader(document.json, "");
    reader.allow("version");
    reader.allow("subject");
    Approval word{"store",
                  reader.required<std::string>("name"),
                  reader.required<std::string>("status"),
                  {},
                  reader.required<std::string>("reason")};
    auto const at = reader.required<std::string>("at");
    [[maybe_unused]] auto const account = reader.required<std::string>("account");
    [[maybe_unused]] auto const host = reader.required<std::string>("host");
    TRY(reader.finish().map_error(while_doing("reading '" + key + "'")));
    TRY_ASSIGN(word.at, time::parse_timestamp(at).map_error(while_doing("reading '" + key + "'")));
    if (word.status != "approved" && word.status != "rejected") {
        return fail(Errc::bad_data, "'" + key + "' is neither approved nor rejected");
    }
    return word;
}

} // namespace

std::string request_folder(std::string const& gate, Subject const& subject) {
    std::string const digest = snapshot::sha256_hex(json::dump(subject_json(gate, subject)));
    return folder_of(gate) + digest.substr(0, k_key_length) + "/";
}

Result<void> ask_people(store::Store& store, Request const& request) {
    std::string const key = request_folder(request.gate, request.subject) + k_request_file;
    TRY_ASSIGN(auto const there, store.size(key));
    if (there) {
        return {};
    }
    Json const document{{"version", 1},
                        {"subject", subject_json(request.gate, request.subject)},
                        {"triggerer", request.subject.triggerer},
                        {"asked_at", time::timestamp_text(request.asked_at)},
                        {"pipeline", request.pipeline_url}};
    return store.write(key, json::dump_indented(document) + "\n");
}

Result<std::vector<Request>> read_requests(store::Store& store, std::string const& gate) {
    TRY_ASSIGN(auto const folders, store.list_folders(folder_of(gate)));
    std::vector<Request> requests;
    for (auto const& folder : folders) {
        std::string const key = folder_of(gate) + folder + "/" + k_request_file;
        TRY_ASSIGN(auto const there, store.size(key));
        if (there) {
            TRY_ASSIGN(auto request, read_request(store, key));
            requests.push_back(std::move(request));
        }
    }
    std::sort(requests.begin(), requests.end(), [](auto const& a, auto const& b) { return a.asked_at < b.asked_at; });
    return requests;
}

Result<void> write_answer(store::Store& store, Request const& request, Answer const& answer) {
    Json const document{{"version", 1},
                        {"subject", subject_json(request.gate, request.subject)},
                        {"status", answer.word.status},
                        {"name", answer.word.username},
                        {"reason", answer.word.comment},
                        {"at", time::timestamp_text(*answer.word.at)},
                        {"account", answer.account},
                        {"host", answer.host}};
    std::string const text = json::dump_indented(document) + "\n";
    std::string const key = request_folder(request.gate, request.subject) + time::compact_timestamp(*answer.word.at) +
                            "-" + snapshot::sha256_hex(text).substr(0, 8) + ".json";
    return store.write(key, text);
}

Result<std::vector<Approval>> read_answers(store::Store& store, std::string const& gate, Subject const& subject) {
    TRY_ASSIGN(auto const objects, store.list(request_folder(gate, subject)));
    std::vector<Approval> words;
    for (auto const& object : objects) {
        if (!object.key.ends_with(k_request_file)) {
            TRY_ASSIGN(auto word, read_answer(store, object.key, gate, subject));
            words.push_back(std::move(word));
        }
    }
    return words;
}

} // namespace sluice::gate_wait
