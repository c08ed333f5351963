#include "common/snapshot/bundle.hpp"

#include "common/json/object_reader.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/time/timestamp.hpp"

namespace sluice::snapshot {

namespace {

std::string list_key(std::string const& bundle) { return "bundles/" + bundle + ".json"; }

std::string mark_folder(Member const& member) { return "snapshots/" + member.name + "/" + member.id + "/bundles/"; }

Result<Member> parse_member(Json const& json) {
    json::ObjectReader reader(json, "members");
    Member member{reader.required<std::string>("name"), reader.required<std::string>("id")};
    TRY(reader.finish());
    return member;
}

Result<Bundle> parse_bundle(std::string const& text, std::string const& name) {
    TRY_ASSIGN(Json const document, json::parse(text, list_key(name)));
    json::ObjectReader reader(document, "");
    Bundle bundle;
    auto const version = reader.required<unsigned>("version");
    bundle.name = reader.required<std::string>("bundle");
    [[maybe_unused]] auto const created = reader.required<std::string>("created");
    Json const* members = reader.find("members");
    TRY(reader.finish());
    if (version != 1 || bundle.name != name || members == nullptr || !members->is_array()) {
        return fail(Errc::bad_data, "'" + list_key(name) + "' is not a bundle this program knows");
    }
    for (auto const& json : *members) {
        TRY_ASSIGN(auto member, parse_member(json));
        bundle.members.push_back(std::move(member));
    }
    return bundle;
}

Result<void> check_begun(store::Store& store, Member const& member) {
    Catalog const catalog(store, member.name);
    TRY_ASSIGN(auto const status, catalog.status(member.id));
    TRY_ASSIGN(auto const manifest, catalog.manifest(member.id));
    return status || manifest
               ? Result<void>{}
               : fail(Errc::not_found,
                      store.description() + " holds no snapshot '" + member.id + "' of '" + member.name + "'",
                      "See what there is with: db-snapshot list.");
}

} // namespace

// The marks come first: one without a list makes its snapshot part of an incomplete bundle, never of none.
Result<void> write_bundle(store::Store& store, Bundle const& bundle, time::Wall when) {
    TRY(check_name(bundle.name));
    TRY_ASSIGN(auto const there, store.size(list_key(bundle.name)));
    if (there) {
        TRY_ASSIGN(auto const known, read_bundle(store, bundle.name));
        if (known.members != bundle.members) {
            return fail(Errc::refused, "bundle '" + bundle.name + "' has other members already",
                        "Name each bundle once, for example after the pipeline.");
        }
    }
    Json members = Json::array();
    for (auto const& member : bundle.members) {
        TRY(check_begun(store, member));
        TRY(store.write(mark_folder(member) + bundle.name, ""));
        members.push_back({{"name", member.name}, {"id", member.id}});
    }
    return store.write(list_key(bundle.name), json::dump_indented({{"version", 1},
                                                                   {"bundle", bundle.name},
                                                                   {"created", time::timestamp_text(when)},
                                                                   {"members", std::move(members)}}));
}

Result<Bundle> read_bundle(store::Store& store, std::string const& name) {
    TRY(check_name(name));
    TRY_ASSIGN(auto const text, store.read(list_key(name)));
    return text ? parse_bundle(*text, name)
                : fail(Errc::not_found, store.description() + " holds no bundle '" + name + "'",
                       "Make one with: db-snapshot bundle NAME DATABASE/ID...");
}

Result<std::vector<std::string>> bundles_of(store::Store& store, Member const& member) {
    std::string const prefix = mark_folder(member);
    TRY_ASSIGN(auto const marks, store.list(prefix));
    std::vector<std::string> names;
    for (auto const& mark : marks) {
        names.push_back(mark.key.substr(prefix.size()));
    }
    return names;
}

Result<void> check_bundles(store::Store& store, Member const& member) {
    TRY_ASSIGN(auto const names, bundles_of(store, member));
    for (auto const& name : names) {
        auto const refusal = "snapshot '" + member.id + "' belongs to bundle '" + name + "', ";
        auto const bundle = read_bundle(store, name);
        if (!bundle && bundle.error().kind == Errc::not_found) {
            return fail(Errc::refused, refusal + "whose list of members is missing",
                        "Write it again with: db-snapshot bundle " + name + " DATABASE/ID...");
        }
        TRY(bundle.map([](Bundle const&) {}));
        for (auto const& other : bundle->members) {
            TRY_ASSIGN(auto const manifest, Catalog(store, other.name).manifest(other.id));
            if (!manifest || !manifest->is_proven()) {
                return fail(Errc::refused, refusal + "of which '" + other.name + "/" + other.id + "' is not complete",
                            "Wait for all of it: db-snapshot wait bundle:" + name + "; or use another snapshot.");
            }
        }
    }
    return {};
}

Result<void> remove_bundle(store::Store& store, std::string const& name) { return store.remove(list_key(name)); }

} // namespace sluice::snapshot
