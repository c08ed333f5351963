#include "common/store/open_store.hpp"

#include "common/json/object_reader.hpp"
#include "common/store/directory_store.hpp"
#include "common/store/s3_store.hpp"
#include "common/time/timestamp.hpp"

#include <filesystem>
#include <sys/stat.h>

namespace sluice::store {

namespace {

constexpr char const* k_store_file = "store.json";
constexpr unsigned k_format = 1;

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

Result<void> check_format(Store& store, std::string const& text) {
    TRY_ASSIGN(Json const document,
               json::parse(text, k_store_file).map_error(while_doing("opening " + store.description())));
    json::ObjectReader reader(document, "");
    auto const format = reader.required<unsigned>("version");
    [[maybe_unused]] auto const created = reader.required<std::string>("created");
    TRY(reader.finish().map_error(while_doing("opening " + store.description())));
    if (format != k_format) {
        return fail(Errc::bad_data,
                    store.description() + " has format " + std::to_string(format) + "; this version reads format " +
                        std::to_string(k_format),
                    "Use a version of Sluice that knows this format.");
    }
    return {};
}

std::string store_document(time::Clock const& clock) {
    return json::dump_indented({{"version", k_format}, {"created", time::timestamp_text(clock.wall_now())}});
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

Result<std::unique_ptr<Store>> checked(std::unique_ptr<Store> store, std::string const& location) {
    TRY_ASSIGN(auto const text, store->read(k_store_file));
    if (!text) {
        return fail(Errc::not_found, "there is no store at '" + location + "': it has no store.json",
                    "Check bucket and prefix; for a new store run: db-snapshot init --store '" + location + "'");
    }
    TRY(check_format(*store, *text));
    return store;
}

Result<std::unique_ptr<Store>> create_s3_store(std::unique_ptr<Store> store, std::string const& location,
                                               time::Clock const& clock) {
    TRY_ASSIGN(auto const text, store->read(k_store_file));
    if (!text) {
        TRY_ASSIGN(bool const empty, holds_nothing(*store));
        if (!empty) {
            return fail(Errc::refused, "'" + location + "' holds other objects and no store.json",
                        "Give an empty prefix for the store.");
        }
        TRY(store->write(k_store_file, store_document(clock)));
    }
    return checked(std::move(store), location);
}

} // namespace

Result<std::unique_ptr<Store>> open_store(std::string const& location, ci::Environment const& environment) {
    TRY(check_location(location));
    if (is_s3(location)) {
        TRY_ASSIGN(auto store, make_s3_store(location, environment, time::real_clock()));
        return checked(std::move(store), location);
    }
    auto store = std::make_unique<DirectoryStore>(location);
    std::error_code failure;
    if (!std::filesystem::is_directory(location, failure)) {
        return fail(Errc::not_found, "store '" + location + "' is not there",
                    "Check the path and that its disk is mounted; for a new store run: db-snapshot init --store " +
                        location);
    }
    TRY_ASSIGN(auto const text, store->read(k_store_file));
    if (!text) {
        return fail(Errc::not_found, "'" + location + "' is not a store: it has no store.json",
                    "Check that the right disk is mounted; for a new store run: db-snapshot init --store " + location);
    }
    TRY(check_format(*store, *text));
    return store;
}

Result<std::unique_ptr<Store>> open_or_create_store(std::string const& location, time::Clock const& clock,
                                                    ci::Environment const& environment) {
    TRY(check_location(location));
    if (is_s3(location)) {
        TRY_ASSIGN(auto store, make_s3_store(location, environment, time::real_clock()));
        return create_s3_store(std::move(store), location, clock);
    }
    DirectoryStore fresh(location);
    auto const text = fresh.read(k_store_file);
    if (!text && text.error().kind != Errc::not_found) {
        return tl::unexpected<Error>(text.error());
    }
    if (!text || !*text) {
        TRY(make_directory(fresh, location));
        TRY(fresh.write(k_store_file, store_document(clock)));
    }
    return open_store(location, environment);
}

} // namespace sluice::store
