#include "common/json/object_reader.hpp"
#include "common/time/duration_text.hpp"
#include "common/time/timestamp.hpp"
#include "tools/smoke/database.hpp"
#include "tools/smoke/probes.hpp"

namespace sluice::smoke {

namespace {

// Data from the future means that one of two clocks is wrong; so much they may differ.
constexpr std::chrono::minutes k_clock_skew{5};

struct Mark {
    std::string origin;
    std::string taken;
    bool masked;
    std::string stage;
};

ProbeResult no(std::string const& why) { return failed_probe(Verdict::fail, Kind::assertion, why); }
ProbeResult unknown(std::string const& why) { return failed_probe(Verdict::unknown, Kind::unobservable, why); }

ProbeResult yes() {
    ProbeResult result;
    result.verdict = Verdict::pass;
    result.kind = Kind::none;
    return result;
}

// Only what is judged is read, so that a newer mark with more in it can be judged too.
Result<Mark> read_mark(Json const& marker) {
    json::ObjectReader reader(marker, "");
    auto const version = reader.required<unsigned>("version");
    Mark mark{reader.required<std::string>("origin"), reader.required<std::string>("taken"),
              reader.required<bool>("masked"), reader.required<std::string>("stage")};
    for (auto const& [key, value] : marker.items()) {
        reader.allow(key);
    }
    TRY(reader.finish());
    if (version != 1) {
        return fail(Errc::bad_data, "it has version " + std::to_string(version) + ", known is 1");
    }
    return mark;
}

ProbeResult judge_age(std::chrono::milliseconds most, std::string const& taken, time::Wall now) {
    auto const when = time::parse_timestamp(taken);
    if (!when) {
        return unknown("the mark's time '" + taken + "' cannot be read");
    }
    if (*when > now + k_clock_skew) {
        return unknown("the data is from the future, " + taken + ": a clock is wrong");
    }
    auto const age = std::chrono::duration_cast<std::chrono::milliseconds>(now - *when);
    return age <= most
               ? yes()
               : no("the data is " + time::duration_text(age) + " old, allowed are " + time::duration_text(most));
}

ProbeResult judge_mark(ProvenanceCheck const& asked, Mark const& mark, time::Wall now) {
    if (mark.origin == "init") {
        return no("the database was started empty, not restored");
    }
    if (mark.origin != "live" && mark.origin != "snapshot") {
        return unknown("the mark's origin '" + mark.origin + "' is not known");
    }
    if (asked.masked && !mark.masked) {
        return no("the data is not masked");
    }
    if (!asked.stage.empty() && asked.stage != mark.stage) {
        return no("the database is stage '" + mark.stage + "', expected was '" + asked.stage + "'");
    }
    return asked.max_age ? judge_age(*asked.max_age, mark.taken, now) : yes();
}

Result<snapshot::DatabaseComment> read_comment(ProvenanceCheck const& asked, std::chrono::milliseconds timeout) {
    TRY_ASSIGN(auto const session, open_read_only(asked.connection, "smoke", timeout));
    TRY_ASSIGN(auto const comment,
               session->text("SELECT pg_catalog.shobj_description(oid, 'pg_database') FROM pg_catalog.pg_database "
                             "WHERE datname = pg_catalog.current_database()"));
    return snapshot::split_comment(comment);
}

} // namespace

ProbeResult judge_provenance(ProvenanceCheck const& asked, snapshot::DatabaseComment const& comment, time::Wall now) {
    if (comment.marker_damaged) {
        return unknown("the mark in the database's comment is damaged");
    }
    if (!comment.marker) {
        return no("the database says nothing of where its data came from");
    }
    auto const kind = comment.marker->find("kind");
    if (kind == comment.marker->end() || *kind != "provenance") {
        return no("the database's mark is not that of a restored stage");
    }
    auto const mark = read_mark(*comment.marker);
    return mark ? judge_mark(asked, *mark, now) : unknown("the mark cannot be read: " + mark.error().message);
}

ProbeResult probe_provenance(Check const& check, ProvenanceCheck const& provenance) {
    time::Clock& clock = time::real_clock();
    auto const begin = clock.steady_now();
    auto const comment = read_comment(provenance, check.timeout);
    ProbeResult result =
        comment ? judge_provenance(provenance, *comment, clock.wall_now()) : failed_query(comment.error());
    result.duration = std::chrono::duration_cast<std::chrono::microseconds>(clock.steady_now() - begin);
    return result;
}

} // namespace sluice::smoke
