#include "common/store/open_store.hpp"

#include "common/json/object_reader.hpp"
#include "common/store/directory_store.hpp"
#include "common/store/s3_store.hpp"
#include "common/store/sealed_store.hpp"
#include "common/time/timestamp.hpp"

#include <filesystem>
#include <sys/stat.h>

namespace sluice::store {

namespace {

bool is_s3(std::string const& location) { return location.starts_with("s3://"); }

Result<void> check_location(std::string const& location) {
    if (location.empty()) {
        return fail(Errc::usage, "no store named",
                    "Give --store DIRECTORY or s3://BUCKET/PREFIX, or set SLUICE_STORE.");
    }
    if (location.find("://") != std::string::npos && !is_s3(location)) {
        return fail(Errc::usage, "'" + location + "' is not a kind of store this version knows",
                    "Give the path of a directory, or s3://BUCKET/PREFIX.");
    }
    return {};
}

Result<unsigned> format_of(Store& store, std::string const& text) {
    TRY_ASSIGN(Json const document,
               json::parse(text, k_store_file).map_error(while_doing("opening " + store.description())));
    json::ObjectReader reader(document, "");
    auto const format = reader.required<unsigned>("version");
    [[maybe_unused]] auto const created = reader.required<std::string>("created");
    if (format == k_encrypted_format) {
        reader.allow("recipients");
        reader.allow("authentication");
    }
    TRY(reader.finish().map_error(while_doing("opening " + store.description())));
    if (format != k_plain_format && format != k_encrypted_format) {
        return fail(Errc::bad_data,
                    store.description() + " has format " + std::to_string(format) + "; this version reads formats " +
                        std::to_string(k_plain_format) + " and " + std::to_string(k_encrypted_format),
                    "Use a version of Sluice that knows this format.");
    }
    if (format == k_encrypted_format) { // damage is said before a key is asked for
        TRY(parse_store_document(document)
                .map_error(while_doing("opening " + store.description()))
                .map([](auto const&) {}));
    }
    return format;
}

std::string store_document(time::Clock const& clock) {
    return json::dump_indented({{"version", k_plain_format}, {"created", time::timestamp_text(clock.wall_now())}});
}

// Of a run that was killed while it made the store only a temporary file is left, which no list shows.
Result<bool> holds_nothing(Store& store) {
    TRY_ASSIGN(auto const objects, store.list(""));
    TRY_ASSIGN(auto const folders, store.list_folders(""));
    return objects.empty() && folders.empty();
}

Result<void> make_directory(Store& store, std::string const& location) {
    if (mkdir(location.c_str(), 0750) == 0) {
        return {};
    }
    std::error_code const failure(errno, std::generic_category());
    if (failure.value() != EEXIST) {
        return fail(failure.value() == EACCES ? Errc::denied : Errc::not_found,
                    "cannot make store '" + location + "': " + failure.message(),
                    "The folder above it must exist and be writable.");
    }
    TRY_ASSIGN(bool const empty, holds_nothing(store));
    if (!empty) {
        return fail(Errc::refused, "'" + location + "' holds other files and no store.json",
                    "Give an empty or a new directory for the store.");
    }
    return {};
}

// What is missing or has no store.json is never taken for an empty store: it may be a disk that is not mounted.
Result<void> check_directory(std::string const& location) {
    std::error_code failure;
    return std::filesystem::is_directory(location, failure)
               ? Result<void>{}
               : fail(Errc::not_found, "store '" + location + "' is not there",
                      "Check the path and that its disk is mounted; for a new store run: db-snapshot init --store " +
                          location);
}

Result<std::unique_ptr<Store>> reach(std::string const& location, ci::Environment const& environment) {
    TRY(check_location(location));
    if (is_s3(location)) {
        return make_s3_store(location, environment, time::real_clock());
    }
    return std::make_unique<DirectoryStore>(location);
}

Result<std::string> read_store_file(Store& store, std::string const& location) {
    if (!is_s3(location)) {
        TRY(check_directory(location));
    }
    TRY_ASSIGN(auto text, store.read(k_store_file));
    if (text) {
        return *std::move(text);
    }
    if (is_s3(location)) {
        return fail(Errc::not_found, "there is no store at '" + location + "': it has no store.json",
                    "Check bucket and prefix; for a new store run: db-snapshot init --store '" + location + "'");
    }
    return fail(Errc::not_found, "'" + location + "' is not a store: it has no store.json",
                "Check that the right disk is mounted; for a new store run: db-snapshot init --store " + location);
}

// Whoever has a key expects an encrypted store. A plain one in its place may be somebody's doing, who could write to
// the bucket; what we wrote there would be his to read, and what we read there would be his word.
tl::unexpected<Error> plain_though_key(Store const& store, RecipientKey const& key) {
    return fail(
        Errc::refused, store.description() + " is not encrypted, and a store key is set in " + key.where(),
        "If the store was never encrypted, unset the key. If it was, its store.json was replaced: put it back.");
}

Result<KeyRing> open_ring(Store& store, std::string const& text, RecipientKey const& key) {
    TRY_ASSIGN(auto ring, KeyRing::open(store, text, key).map_error(while_doing("opening " + store.description())));
    return ring.key_documents().empty()
               ? fail(Errc::bad_data, store.description() + " has lost the files in 'keys/'",
                      "Put them back; if init was killed just now and the store is empty, run it again.")
               : Result<KeyRing>(std::move(ring));
}

Result<std::unique_ptr<Store>> unlocked(std::unique_ptr<Store> store, std::string const& text,
                                        std::optional<RecipientKey> const& key) {
    TRY_ASSIGN(unsigned const format, format_of(*store, text));
    if (format == k_plain_format) {
        return key ? plain_though_key(*store, *key) : Result<std::unique_ptr<Store>>(std::move(store));
    }
    if (!key) {
        return fail(Errc::usage, store->description() + " is encrypted, and no key is given",
                    "Set SLUICE_STORE_KEY, or SLUICE_STORE_KEY_FILE, or name another variable: --store-key env:VAR");
    }
    TRY_ASSIGN(auto ring, open_ring(*store, text, *key));
    return std::make_unique<SealedStore>(std::move(store), ring.keys());
}

// Nothing for a location where a store may be made, which for a directory may mean to make it.
Result<std::optional<std::string>> find_or_prepare(Store& store, std::string const& location) {
    auto text = store.read(k_store_file);
    if (text ? text->has_value() : (is_s3(location) || text.error().kind != Errc::not_found)) {
        return text;
    }
    if (!is_s3(location)) {
        return make_directory(store, location).map([] { return std::optional<std::string>{}; });
    }
    TRY_ASSIGN(bool const empty, holds_nothing(store));
    return empty ? Result<std::optional<std::string>>(std::nullopt)
                 : fail(Errc::refused, "'" + location + "' holds other objects and no store.json",
                        "Give an empty prefix for the store.");
}

} // namespace

Result<std::unique_ptr<Store>> open_store(std::string const& location, ci::Environment const& environment,
                                          std::string const& key_reference) {
    TRY_ASSIGN(auto const key, read_recipient_key(key_reference, environment));
    TRY_ASSIGN(auto store, reach(location, environment));
    TRY_ASSIGN(auto const text, read_store_file(*store, location));
    return unlocked(std::move(store), text, key);
}

Result<std::unique_ptr<Store>> open_or_create_store(std::string const& location, time::Clock const& clock,
                                                    ci::Environment const& environment,
                                                    std::string const& key_reference) {
    TRY_ASSIGN(auto const key, read_recipient_key(key_reference, environment));
    TRY_ASSIGN(auto store, reach(location, environment));
    if (key) {
        TRY_ASSIGN(auto const text, read_store_file(*store, location).map_error([&](Error error) {
            if (error.kind == Errc::not_found) {
                error.hint = "A store key is set in " + key->where() +
                             "; for a new store with it run: db-snapshot init --encrypt --store " + location;
            }
            return error;
        }));
        return unlocked(std::move(store), text, key);
    }
    TRY_ASSIGN(auto const text, find_or_prepare(*store, location));
    if (!text) {
        TRY(store->write(k_store_file, store_document(clock)));
    }
    // What lies there counts: somebody may have made an encrypted store of it at the same moment.
    TRY_ASSIGN(auto const there, text ? Result<std::string>(*text) : read_store_file(*store, location));
    return unlocked(std::move(store), there, key);
}

Result<std::unique_ptr<Store>> create_encrypted_store(std::string const& location, std::string const& recipient,
                                                      time::Clock const& clock, ci::Environment const& environment,
                                                      std::string const& key_reference) {
    TRY_ASSIGN(auto const key, read_recipient_key(key_reference, environment));
    if (!key) {
        return fail(Errc::usage, "an encrypted store needs a key",
                    "Make one with 'db-snapshot key generate', keep it, and set SLUICE_STORE_KEY to it.");
    }
    TRY_ASSIGN(auto store, reach(location, environment));
    TRY_ASSIGN(auto const text, find_or_prepare(*store, location));
    if (!text) {
        TRY_ASSIGN(auto const ring, KeyRing::create(*store, *key, recipient, clock));
        return std::make_unique<SealedStore>(std::move(store), ring.keys());
    }
    TRY_ASSIGN(unsigned const format, format_of(*store, *text));
    if (format == k_plain_format) {
        return fail(Errc::refused, store->description() + " is there already and is not encrypted",
                    "What lies there stays as it is: make a new store.");
    }
    TRY_ASSIGN(auto ring, KeyRing::open(*store, *text, *key));
    if (ring.key_documents().empty()) { // an init before this one was killed
        TRY(ring.rotate(*store, clock));
    }
    return std::make_unique<SealedStore>(std::move(store), ring.keys());
}

Result<OpenedKeyRing> open_key_ring(std::string const& location, ci::Environment const& environment,
                                    std::string const& key_reference) {
    TRY_ASSIGN(auto const key, read_recipient_key(key_reference, environment));
    TRY_ASSIGN(auto store, reach(location, environment));
    TRY_ASSIGN(auto const text, read_store_file(*store, location));
    TRY_ASSIGN(unsigned const format, format_of(*store, text));
    if (format == k_plain_format) {
        return fail(Errc::refused, store->description() + " is not encrypted and has no keys",
                    "An encrypted store is made by: db-snapshot init --encrypt");
    }
    if (!key) {
        return fail(Errc::usage, store->description() + " is encrypted, and no key is given",
                    "Set SLUICE_STORE_KEY to the key of one of its recipients.");
    }
    TRY_ASSIGN(auto ring, open_ring(*store, text, *key));
    return OpenedKeyRing{std::move(store), std::move(ring)};
}

} // namespace sluice::store
