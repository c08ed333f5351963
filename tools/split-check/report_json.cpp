#include "tools/split-check/reports.hpp"

#include "common/json/json.hpp"

namespace sluice::split_check {

namespace {

Json finding_json(Finding const& finding) {
    Json value{{"rule", finding.rule},
               {"name", rule_of(finding.rule).name},
               {"safety", name_of(finding.safety)},
               {"phase", name_of(finding.phase)},
               {"path", finding.path},
               {"line", finding.line},
               {"object", finding.object},
               {"message", finding.message},
               {"advice", finding.advice},
               {"lock", finding.lock},
               {"data_lost", finding.data_lost}};
    value["waived"] = finding.waived ? Json(*finding.waived) : Json(nullptr);
    return value;
}

Json file_json(ClassifiedFile const& file) {
    return {{"path", file.change.path},
            {"status", std::string(1, file.change.status)},
            {"renamed_from", file.change.renamed_from},
            {"class", name_of(file.file_class)},
            {"decided_by", reason_of(file)},
            {"preset", file.preset == nullptr ? "" : file.preset->name}};
}

Json service_json(ServiceVerdict const& service) {
    return {{"name", service.name},
            {"database", service.database},
            {"verdict", name_of(service.kind)},
            {"phase", name_of(service.phase)},
            {"safety", name_of(service.safety)},
            {"pipeline", pipeline_of(service.kind)},
            {"code_count", service.code_count},
            {"migration_count", service.migration_count}};
}

template <class Items, class Write> Json list_of(Items const& items, Write write) {
    Json list = Json::array();
    for (auto const& item : items) {
        list.push_back(write(item));
    }
    return list;
}

} // namespace

std::string json_report(Release const& release, bool strict) {
    Json const document{{"version", 1},
                        {"verdict", name_of(release.kind)},
                        {"phase", name_of(release.phase)},
                        {"safety", name_of(release.safety)},
                        {"pipeline", pipeline_of(release, strict)},
                        {"exit_code", exit_status(release, strict)},
                        {"base", release.base},
                        {"head", release.head},
                        {"range_from", release.range_from},
                        {"initial", release.initial},
                        {"snapshot", release.needs_snapshot ? "required" : "none"},
                        {"waived", release.waived},
                        {"services", list_of(release.services, service_json)},
                        {"files", list_of(release.files, file_json)},
                        {"findings", list_of(release.findings, finding_json)}};
    return json::dump_indented(document);
}

} // namespace sluice::split_check
