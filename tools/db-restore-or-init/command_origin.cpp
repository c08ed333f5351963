#include "tools/db-restore-or-init/command_origin.hpp"

#include "common/result/did_you_mean.hpp"
#include "common/time/timestamp.hpp"
#include "tools/db-restore-or-init/conditions.hpp"
#include "tools/db-restore-or-init/scripts.hpp"

#include <sstream>

namespace sluice::db_restore {

namespace {

constexpr int k_never_exit_code = 10;
constexpr int k_gone_exit_code = 11;

Result<bool> truth_in(std::string const& name, std::string const& value) {
    if (value != "true" && value != "false") {
        return fail(Errc::usage, name + " is '" + value + "'", "Write true or false.");
    }
    return value == "true";
}

Result<void> read_line(std::string const& line, OriginData& data) {
    std::size_t const sign = line.find('=');
    std::string const name = line.substr(0, sign);
    std::string const value = sign == std::string::npos ? std::string{} : line.substr(sign + 1);
    if (name == "SLUICE_ORIGIN_TAKEN") {
        TRY_ASSIGN(data.taken, time::parse_timestamp(value));
    } else if (name == "SLUICE_ORIGIN_ID") {
        data.id = value;
    } else if (name == "SLUICE_ORIGIN_MASKED") {
        TRY_ASSIGN(data.masked, truth_in(name, value));
    } else if (name == "SLUICE_ORIGIN_VERIFIED") {
        TRY_ASSIGN(data.verified, truth_in(name, value));
    } else if (name == "SLUICE_ORIGIN_MIGRATION") {
        data.migration = value;
    } else {
        return fail(Errc::usage, "it printed '" + line + "', which is no line that an origin may say",
                    result::did_you_mean(name, {"SLUICE_ORIGIN_TAKEN", "SLUICE_ORIGIN_ID", "SLUICE_ORIGIN_MASKED",
                                                "SLUICE_ORIGIN_VERIFIED", "SLUICE_ORIGIN_MIGRATION"}));
    }
    return {};
}

Result<OriginData> read_answer(std::string const& output) {
    OriginData data;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty()) {
            TRY(read_line(line, data));
        }
    }
    return data;
}

Surveyed nothing(Origin const& origin, Finding finding, std::string why) {
    return {{to_text(origin), finding, std::move(why), {}, {}}, {}, {}, {}};
}

std::string last_line_of(std::string text) {
    text.erase(text.find_last_not_of('\n') + 1);
    return text.substr(text.rfind('\n') + 1);
}

Surveyed without_data(Origin const& origin, process::Outcome const& outcome) {
    std::string const said = last_line_of(outcome.error_output);
    std::string const suffix = said.empty() ? "" : ": " + said;
    switch (outcome.exit_code) {
    case k_never_exit_code:
        return nothing(origin, Finding::never, "the command says that there never was any data" + suffix);
    case k_gone_exit_code: return nothing(origin, Finding::gone, "the command says that its data is gone" + suffix);
    default:
        return nothing(origin, Finding::unreachable,
                       "the command could not tell (exit code " + std::to_string(outcome.exit_code) + ")" + suffix);
    }
}

} // namespace

Result<Surveyed> look_at_command(Origin const& origin, std::string const& stage, process::Runner& runner,
                                 time::Clock const& clock) {
    process::Command command{.arguments = {"sh", "-c", origin.what}};
    command.environment = {{"SLUICE_ORIGIN_STEP", "check"}, {"SLUICE_STAGE", stage}};
    TRY_ASSIGN(auto const outcome, runner.run(command).map_error(while_doing("asking '" + to_text(origin) + "'")));
    if (!outcome.succeeded()) {
        return without_data(origin, outcome);
    }
    TRY_ASSIGN(auto const data,
               read_answer(outcome.output).map_error(while_doing("reading what '" + to_text(origin) + "' says")));
    Surveyed surveyed = nothing(origin, Finding::usable, {});
    surveyed.fact = judge(origin, data, clock.wall_now());
    surveyed.command = data;
    return surveyed;
}

Result<void> fill_by_command(Origin const& origin, std::string const& stage,
                             postgres::ConnectionParameters const& parameters, process::Runner& runner) {
    return run_command(runner, parameters, {{"SLUICE_ORIGIN_STEP", "fill"}, {"SLUICE_STAGE", stage}}, origin.what);
}

} // namespace sluice::db_restore
