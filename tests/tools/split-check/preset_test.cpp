#include "common/json/json.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/tools/split-check/repository.hpp"
#include "tools/split-check/preset.hpp"

#include <gtest/gtest.h>

// preset_cases.json holds, for each preset, the marker files and files of every class with look-alikes that must stay
// code. Each becomes a repository of its own.
namespace sluice::test {
namespace {

Json cases() {
    return must(json::parse(read_text(source_folder() / "tests/tools/split-check/preset_cases.json"), "cases"));
}

std::map<std::string, std::string> tree_of(Json const& preset) {
    std::map<std::string, std::string> tree;
    for (auto const* kind : {"migration", "companion", "code", "neutral"}) {
        for (auto const& path : preset[kind]) {
            tree[path.get<std::string>()] = preset["texts"].value(path.get<std::string>(), "SELECT 1;\n");
        }
    }
    return tree;
}

// Marker files that are cases themselves come with the second commit too.
std::map<std::string, std::string> classes_of(Repository const& repository) {
    auto const report = run_json(repository, {"--range", "HEAD^..HEAD"});
    std::map<std::string, std::string> classes;
    for (auto const& file : report["files"]) {
        classes[file["path"].get<std::string>()] = file["class"].get<std::string>();
    }
    return classes;
}

class Preset : public testing::TestWithParam<std::string> {};

TEST_P(Preset, tells_its_files_from_look_alikes) {
    Json const preset = cases()[GetParam()];
    Repository repository;
    std::map<std::string, std::string> markers{{"first.txt", "x"}};
    for (auto const& [path, text] : preset["marker"].items()) {
        markers[path] = text.get<std::string>();
    }
    repository.commit(markers, "markers");
    auto tree = tree_of(preset);
    for (auto& [path, text] : tree) {
        text += markers.contains(path) ? markers[path] + "\n" : "";
    }
    repository.commit(tree, "files");
    auto const classes = classes_of(repository);
    for (auto const* kind : {"migration", "companion", "code", "neutral"}) {
        for (auto const& path : preset[kind]) {
            auto const found = classes.find(path.get<std::string>());
            ASSERT_NE(found, classes.end()) << path;
            EXPECT_EQ(found->second, kind) << path;
        }
    }
}

// Of the others, the text of their files is the marker.
class PresetWithMarkerFile : public testing::TestWithParam<std::string> {};

TEST_P(PresetWithMarkerFile, is_dead_without_its_marker) {
    Json const preset = cases()[GetParam()];
    Repository repository;
    repository.commit({{"first.txt", "x"}}, "first");
    auto tree = tree_of(preset);
    for (auto const& [path, text] : preset["marker"].items()) {
        tree.erase(path);
    }
    // Some companions are markers by themselves.
    for (auto const& path : preset["companion"]) {
        tree.erase(path.get<std::string>());
    }
    repository.commit(tree, "files");
    for (auto const& [path, file_class] : classes_of(repository)) {
        EXPECT_NE(file_class, "migration") << path;
    }
}

std::vector<std::string> names() {
    std::vector<std::string> all;
    Json const presets = cases();
    for (auto const& [name, preset] : presets.items()) {
        all.push_back(name);
    }
    return all;
}

std::vector<std::string> names_with_marker_file() {
    auto all = names();
    Json const presets = cases();
    std::erase_if(all, [&](std::string const& name) { return presets[name]["marker"].empty(); });
    return all;
}

std::string test_name(testing::TestParamInfo<std::string> const& one) {
    std::string name = one.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(All, Preset, testing::ValuesIn(names()), test_name);
INSTANTIATE_TEST_SUITE_P(All, PresetWithMarkerFile, testing::ValuesIn(names_with_marker_file()), test_name);

TEST(Presets, all_have_cases) {
    auto const* presets = must(split_check::built_in_presets());
    EXPECT_EQ(presets->size(), names().size());
    for (auto const& preset : *presets) {
        EXPECT_TRUE(cases().contains(preset.name)) << preset.name;
    }
}

TEST(Presets, refuse_a_key_that_nobody_knows) {
    std::string const text = R"({"version":1,"name":"a","title":"a","markers":[],"files":[],"language":"sql",)"
                             R"("transaction":"file","order":"none","no_transactoin":[]})";
    auto const preset = split_check::parse_preset(text, "a.json");
    ASSERT_FALSE(preset);
    EXPECT_NE(preset.error().hint.find("no_transaction"), std::string::npos);
}

} // namespace
} // namespace sluice::test
