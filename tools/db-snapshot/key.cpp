#include "tools/db-snapshot/key.hpp"

#include "common/crypto/digest.hpp"
#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/store/open_store.hpp"

#include <ostream>

namespace sluice::db_snapshot {

namespace {

using store::KeyRing;
using store::OpenedKeyRing;

constexpr std::size_t k_fingerprint_digits = 16;

std::string fingerprint(store::Recipient const& recipient) {
    return crypto::hex(recipient.public_key).substr(0, k_fingerprint_digits);
}

Json list_json(KeyRing const& ring) {
    Json recipients = Json::array();
    for (auto const& one : ring.document().recipients) {
        recipients.push_back(
            {{"name", one.name}, {"fingerprint", fingerprint(one)}, {"own", one.name == ring.own_name()}});
    }
    Json keys = Json::array();
    for (auto const& one : ring.key_documents()) {
        keys.push_back({{"number", one.number},
                        {"generation", one.generation},
                        {"created", one.created},
                        {"current", one.number == ring.keys().current}});
    }
    return {{"version", 1}, {"recipients", std::move(recipients)}, {"keys", std::move(keys)}};
}

cli::ExitCode print_list(KeyRing const& ring, Options const& options, cli::Context& context) {
    if (options.common.json) {
        context.out << json::dump(list_json(ring)) << '\n';
        return cli::ExitCode::ok;
    }
    for (auto const& one : ring.document().recipients) {
        context.out << "recipient  " << fingerprint(one) << "  " << one.name
                    << (one.name == ring.own_name() ? "  (the key given)" : "") << '\n';
    }
    for (auto const& one : ring.key_documents()) {
        context.out << "store key  " << one.number << "  of " << one.created
                    << (one.number == ring.keys().current ? "  (in use)" : "") << '\n';
    }
    return cli::ExitCode::ok;
}

Result<OpenedKeyRing> open_ring(Options const& options, cli::Context& context) {
    return store::open_key_ring(options.store, context.environment, options.store_key);
}

} // namespace

Result<cli::ExitCode> key_generate(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const key, store::RecipientKey::generate());
    context.out << (options.common.json ? json::dump({{"version", 1}, {"key", key.text()}}) : key.text()) << '\n';
    return cli::ExitCode::ok;
}

Result<cli::ExitCode> key_list(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const opened, open_ring(options, context));
    return print_list(opened.ring, options, context);
}

Result<cli::ExitCode> key_add(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const key, store::read_recipient_key(options.new_key, context.environment));
    TRY_ASSIGN(auto opened, open_ring(options, context));
    TRY(opened.ring.add(*opened.store, options.recipient, *key));
    return print_list(opened.ring, options, context);
}

Result<cli::ExitCode> key_remove(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto opened, open_ring(options, context));
    TRY(opened.ring.remove(*opened.store, options.recipient));
    log::warning(
        "whoever kept that key and a copy of this store's files reads what was stored so far; to keep from them "
        "what comes, run: db-snapshot key rotate");
    return print_list(opened.ring, options, context);
}

Result<cli::ExitCode> key_rotate(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto opened, open_ring(options, context));
    TRY(opened.ring.rotate(*opened.store, context.clock));
    return print_list(opened.ring, options, context);
}

} // namespace sluice::db_snapshot
