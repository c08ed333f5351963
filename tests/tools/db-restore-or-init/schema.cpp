#include "tests/tools/db-restore-or-init/schema.hpp"

#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>

namespace sluice::test {

namespace {

bool has_type(Json const& value, std::string const& type) {
    return (type == "string" && value.is_string()) || (type == "integer" && value.is_number_integer()) ||
           (type == "boolean" && value.is_boolean()) || (type == "object" && value.is_object()) ||
           (type == "array" && value.is_array()) || (type == "null" && value.is_null());
}

bool has_any_type(Json const& value, Json const& types) {
    if (types.is_string()) {
        return has_type(value, types.get<std::string>());
    }
    return std::any_of(types.begin(), types.end(),
                       [&](Json const& type) { return has_type(value, type.get<std::string>()); });
}

std::string object_violation(Json const& value, Json const& schema, Json const& root, std::string const& path) {
    Json const required = schema.value("required", Json::array());
    Json const together = schema.value("dependentRequired", Json::object());
    for (auto const& key : required) {
        if (!value.contains(key.get<std::string>())) {
            return path + "/" + key.get<std::string>() + " is missing";
        }
    }
    for (auto const& [key, needed] : together.items()) {
        for (auto const& other : needed) {
            if (value.contains(key) && !value.contains(other.get<std::string>())) {
                return path + "/" + other.get<std::string>() + " is missing beside " + key;
            }
        }
    }
    for (auto const& [key, item] : value.items()) {
        bool const named = schema.contains("properties") && schema["properties"].contains(key);
        if (!named && !schema.at("additionalProperties").is_object()) {
            return path + "/" + key + " is not in the schema";
        }
        Json const& inner = named ? schema["properties"][key] : schema["additionalProperties"];
        std::string const problem = violation(item, inner, root, path + "/" + key);
        if (!problem.empty()) {
            return problem;
        }
    }
    return {};
}

std::string array_violation(Json const& value, Json const& schema, Json const& root, std::string const& path) {
    for (auto const& item : value) {
        std::string const problem = violation(item, schema.at("items"), root, path + "/*");
        if (!problem.empty()) {
            return problem;
        }
    }
    return {};
}

std::string reference_violation(Json const& value, std::string const& target, Json const& root,
                                std::string const& path) {
    std::size_t const hash = target.find('#');
    Json const other = hash == 0 ? root : read_schema(target.substr(0, hash));
    return violation(value, other.at(Json::json_pointer(target.substr(hash + 1))), other, path);
}

std::string scalar_violation(Json const& value, Json const& schema, std::string const& path) {
    if (schema.contains("const") && value != schema["const"]) {
        return path + " is not " + schema["const"].dump();
    }
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
        return path + " is none of " + schema["enum"].dump();
    }
    if (schema.contains("type") && !has_any_type(value, schema["type"])) {
        return path + " is not of type " + schema["type"].dump();
    }
    bool const too_small = schema.contains("minimum") && value < schema["minimum"];
    bool const too_short = schema.contains("minLength") && value.get<std::string>().empty();
    bool const too_few = (schema.contains("minItems") || schema.contains("minProperties")) && value.empty();
    return too_small || too_short || too_few ? path + " is too small" : std::string{};
}

} // namespace

Json read_schema(std::string const& name) {
    return must(json::parse(read_text(source_folder() / "tools/db-restore-or-init" / name), name));
}

std::string violation(Json const& value, Json const& schema, Json const& root, std::string const& path) {
    if (schema.contains("$ref")) {
        return reference_violation(value, schema["$ref"].get<std::string>(), root, path);
    }
    if (schema.contains("oneOf")) {
        auto const fits = [&](Json const& choice) { return violation(value, choice, root, path).empty(); };
        auto const count = std::count_if(schema["oneOf"].begin(), schema["oneOf"].end(), fits);
        return count == 1 ? std::string{} : path + " fits " + std::to_string(count) + " of the choices";
    }
    std::string const problem = scalar_violation(value, schema, path);
    if (!problem.empty()) {
        return problem;
    }
    if (value.is_object()) {
        return object_violation(value, schema, root, path);
    }
    return value.is_array() ? array_violation(value, schema, root, path) : std::string{};
}

} // namespace sluice::test
