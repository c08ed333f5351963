#include "tools/db-restore-or-init/provenance.hpp"

#include "common/cli/version.hpp"
#include "common/json/object_reader.hpp"
#include "common/postgres/session.hpp"
#include "tools/db-restore-or-init/markers.hpp"

#include <ostream>

namespace sluice::db_restore {

namespace {

ci::Pipeline pipeline_in(json::ObjectReader& reader, Result<void>& outcome) {
    static Json const none = Json::object();
    Json const* value = reader.find("pipeline");
    Json const& object = value != nullptr && value->is_object() ? *value : none;
    json::ObjectReader inner(object, "/pipeline");
    ci::Pipeline pipeline{inner.required<std::string>("system"), inner.required<std::string>("id"),
                          inner.required<std::string>("url"), inner.required<std::string>("commit")};
    outcome = inner.finish();
    return pipeline;
}

Result<void> read_source(json::ObjectReader& reader, Provenance& provenance) {
    Json const* value = reader.find("source");
    if (value == nullptr || !value->is_object()) {
        return fail(Errc::bad_data, "'/source' is missing");
    }
    json::ObjectReader inner(*value, "/source");
    provenance.source_system = inner.required<std::string>("system_identifier");
    provenance.source_database = inner.required<std::string>("database");
    return inner.finish();
}

std::string line_of(Provenance const& provenance, std::string const& target) {
    std::string text = "'" + target + "' is stage '" + provenance.stage + "', ";
    if (provenance.origin == "init") {
        text += "started empty";
    } else if (provenance.origin == "command") {
        text += "filled by a command" + (provenance.snapshot.empty() ? "" : " (" + provenance.snapshot + ")") +
                (provenance.taken.empty() ? ", age unknown" : ", data of " + provenance.taken) +
                (provenance.masked ? ", masked" : ", not masked");
    } else {
        text += "from " + provenance.origin + (provenance.snapshot.empty() ? "" : " " + provenance.snapshot) + " of '" +
                provenance.source_database + "', data of " + provenance.taken +
                (provenance.masked ? ", masked" : ", not masked");
    }
    text += ", restored " + provenance.restored;
    text +=
        provenance.shadow_of.empty() ? "" : ", a shadow of '" + provenance.shadow_of + "' until " + provenance.expires;
    std::string const& by = provenance.pipeline.url.empty() ? provenance.pipeline.id : provenance.pipeline.url;
    return text + (by.empty() ? "" : " by " + by);
}

Result<snapshot::DatabaseComment> read_comment(postgres::Session& session) {
    TRY_ASSIGN(auto const comment, session.text("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE "
                                                "datname = current_database()"));
    return snapshot::split_comment(comment);
}

cli::ExitCode say_nothing_known(std::string const& target, snapshot::DatabaseComment const& comment,
                                Options const& options, cli::Context& context) {
    std::string const environment = text_in(comment, "environment");
    if (options.common.json) {
        context.out << json::dump({{"version", 1}, {"target", target}, {"provenance", nullptr}}) << '\n';
    } else {
        context.out << "'" << target << "' says nothing of where its data came from"
                    << (environment.empty() ? "" : "; it is marked as '" + environment + "'") << '\n';
    }
    return cli::ExitCode::no;
}

} // namespace

Json to_marker(Provenance const& provenance) {
    Json marker{{"version", k_marker_version},
                {"kind", "provenance"},
                {"origin", provenance.origin},
                {"snapshot", provenance.snapshot},
                {"taken", provenance.taken},
                {"masked", provenance.masked},
                {"stage", provenance.stage},
                {"source", {{"system_identifier", provenance.source_system}, {"database", provenance.source_database}}},
                {"restored", provenance.restored},
                {"pipeline",
                 {{"system", provenance.pipeline.system},
                  {"id", provenance.pipeline.id},
                  {"url", provenance.pipeline.url},
                  {"commit", provenance.pipeline.commit}}},
                {"tool_version", cli::k_version},
                {"decision", provenance.decision}};
    if (!provenance.shadow_of.empty()) {
        marker["kind"] = "shadow";
        marker["of"] = provenance.shadow_of;
        marker["expires"] = provenance.expires;
    }
    return marker;
}

Result<Provenance> from_marker(Json const& marker) {
    json::ObjectReader reader(marker, "");
    Provenance provenance;
    Result<void> pipeline_read;
    [[maybe_unused]] auto const version = reader.required<unsigned>("version");
    [[maybe_unused]] auto const kind = reader.required<std::string>("kind");
    [[maybe_unused]] auto const tool_version = reader.required<std::string>("tool_version");
    provenance.origin = reader.required<std::string>("origin");
    provenance.snapshot = reader.required<std::string>("snapshot");
    provenance.taken = reader.required<std::string>("taken");
    provenance.masked = reader.required<bool>("masked");
    provenance.stage = reader.required<std::string>("stage");
    provenance.restored = reader.required<std::string>("restored");
    provenance.decision = reader.required<std::vector<std::string>>("decision");
    provenance.shadow_of = reader.optional<std::string>("of").value_or("");
    provenance.expires = reader.optional<std::string>("expires").value_or("");
    TRY(read_source(reader, provenance));
    provenance.pipeline = pipeline_in(reader, pipeline_read);
    TRY(std::move(pipeline_read));
    TRY(reader.finish());
    return provenance;
}

cli::DotenvLines dotenv_lines(Provenance const& provenance, std::string const& target) {
    return {{"SLUICE_ORIGIN", provenance.origin},  {"SLUICE_SNAPSHOT_ID", provenance.snapshot},
            {"SLUICE_STAGE", provenance.stage},    {"SLUICE_MASKED", provenance.masked ? "true" : "false"},
            {"SLUICE_TAKEN_AT", provenance.taken}, {"SLUICE_TARGET_DATABASE", target}};
}

Result<cli::ExitCode> show_provenance(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const parameters, postgres::resolve_connection(options.target, context.environment));
    TRY_ASSIGN(auto const session, postgres::connect(parameters, "provenance"));
    TRY_ASSIGN(auto const target, session->text("SELECT current_database()"));
    TRY_ASSIGN(auto const comment, read_comment(*session));
    if (kind_of(comment) == MarkerKind::damaged) {
        return fail(Errc::bad_data, "the mark in the comment of database '" + target + "' is damaged",
                    "Restore the stage anew, or set a mark: db-restore-or-init mark.");
    }
    if (kind_of(comment) != MarkerKind::provenance && kind_of(comment) != MarkerKind::shadow) {
        return say_nothing_known(target, comment, options, context);
    }
    TRY_ASSIGN(auto const provenance,
               from_marker(*comment.marker).map_error(while_doing("reading the mark of database '" + target + "'")));
    if (!options.dotenv.empty()) {
        TRY(cli::write_dotenv(options.dotenv, dotenv_lines(provenance, target)));
    }
    if (options.common.json) {
        Json const document{{"version", 1}, {"target", target}, {"provenance", *comment.marker}};
        context.out << json::dump(document) << '\n';
    } else {
        context.out << line_of(provenance, target) << '\n';
    }
    return cli::ExitCode::ok;
}

} // namespace sluice::db_restore
