#include "tests/support/json_schema.hpp"

#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"

namespace sluice::test {

namespace {

constexpr char const* k_judge = R"(
import json, pathlib, sys
import jsonschema
path = pathlib.Path(sys.argv[1])
schema = json.loads(path.read_text("utf-8"))
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
# A schema names its neighbours by their files. Debian 12 has no newer way to follow them.
neighbours = jsonschema.RefResolver(path.as_uri(), schema)
for error in validator(schema, resolver=neighbours).iter_errors(json.load(sys.stdin)):
    print("/" + "/".join(str(step) for step in error.absolute_path) + ": " + error.message)
)";

} // namespace

std::string schema_violations(Json const& document, std::string const& schema_file) {
    auto const outcome = must(process::posix_runner().run(
        {.arguments = {"python3", "-W", "ignore", "-c", k_judge, (source_folder() / schema_file).string()},
         .input = document.dump()}));
    return outcome.succeeded() ? outcome.output : outcome.output + outcome.error_output + "the judge itself failed";
}

} // namespace sluice::test
