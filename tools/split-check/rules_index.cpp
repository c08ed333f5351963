#include "tools/split-check/sql_judge.hpp"

#include "tools/split-check/sql_text.hpp"

#include <algorithm>

namespace sluice::split_check {

namespace {

void create_index(StatementJudge& judge) {
    Json const& node = judge.node();
    std::string const table = table_of(at(node, "relation"));
    std::string const name = text_at(node, "idxname");
    bool const unique = flag_at(node, "unique");
    judge.phase(Phase::expand);
    if (judge.is_new(table)) {
        return;
    }
    std::string const what = std::string("builds ") + (unique ? "unique " : "") + "index " + name + " on " + table;
    if (flag_at(node, "concurrent")) {
        judge.lock(Lock::share_update_exclusive, table);
        if (unique) {
            judge.note({rule::create_index, Phase::expand, Safety::review, table + "." + name,
                        what + ": it fails on duplicates, and so does code that writes them"});
        }
        return;
    }
    judge.lock(Lock::share, table);
    judge.note({rule::create_index, Phase::expand, Safety::unsafe, table + "." + name, what});
}

bool reindexes_concurrently(Json const& node) {
    Json const& options = at(node, "params");
    return std::any_of(options.begin(), options.end(),
                       [](Json const& item) { return text_at(at(item, "DefElem"), "defname") == "concurrently"; });
}

void reindex(StatementJudge& judge) {
    Json const& node = judge.node();
    std::string const what = at(node, "relation").is_object() ? table_of(at(node, "relation")) : text_at(node, "name");
    judge.phase(Phase::expand);
    if (reindexes_concurrently(node) && judge.version() >= 12) {
        return;
    }
    // For an index the strong lock is on the index alone; its table is not named in the statement.
    judge.lock(text_at(node, "kind") == "REINDEX_OBJECT_TABLE" ? Lock::share : Lock::access_exclusive, what);
    judge.note({rule::drop_index, Phase::expand, Safety::unsafe, what, "rebuilds the indexes of " + what});
}

} // namespace

void judge_index(StatementJudge& judge) {
    if (judge.statement().type == "IndexStmt") {
        create_index(judge);
    } else {
        reindex(judge);
    }
}

} // namespace sluice::split_check
