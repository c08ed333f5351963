#include "tools/db-snapshot/mask_json.hpp"

#include "common/postgres/quote.hpp"
#include "tools/db-snapshot/mask_text.hpp"

#include <algorithm>

namespace sluice::db_snapshot {

namespace {

/// The paths as a tree: what happens to a value, or to its members.
struct Node {
    MaskRule const* rule = nullptr;
    std::map<std::string, Node> members{};
};

Node tree_of(MaskRule const& rule) {
    Node root;
    for (auto const& [path, inner] : rule.paths) {
        Node* node = &root;
        for (auto const& key : path) {
            node = &node->members[key];
        }
        node->rule = &inner;
    }
    return root;
}

// to_jsonb looks the type up for each value, so what needs no escapes is put in quotes instead.
std::string json_value_sql(MaskRule const& rule, std::string const& text) {
    ColumnType type;
    type.base = "text";
    std::string const masked = text_mask_sql(rule, type, text);
    bool const plain = rule.kind == MaskKind::hash || rule.kind == MaskKind::email || rule.kind == MaskKind::phone ||
                       rule.kind == MaskKind::name;
    return plain ? "coalesce(('\"' || " + masked + " || '\"')::jsonb, 'null'::jsonb)"
                 : "coalesce(to_jsonb(" + masked + "), 'null'::jsonb)";
}

class Builder {
  public:
    explicit Builder(bool keep_rest) : m_keep_rest(keep_rest) {}

    // A rule on a value goes before rules on its members: the narrower ones would not find it any more.
    std::string value(Node const& node, std::string const& document) {
        if (node.rule != nullptr) {
            return leaf(*node.rule, document);
        }
        return node.members.contains("*") ? array(node.members.at("*"), document) : object(node, document);
    }

  private:
    static std::string leaf(MaskRule const& rule, std::string const& document) {
        if (rule.kind == MaskKind::keep) {
            return document;
        }
        return json_value_sql(rule, "(" + document + " #>> '{}')");
    }

    std::string object(Node const& node, std::string const& document) {
        std::string const self = fresh_name();
        std::string sql = m_keep_rest ? self : "'{}'::jsonb";
        for (auto const& [key, member] : node.members) {
            std::string const name = postgres::quote_literal(key);
            sql += " || CASE WHEN " + self + " ? " + name + " THEN jsonb_build_object(" + name + ", " +
                   value(member, "(" + self + " -> " + name + ")") + ") ELSE '{}'::jsonb END";
        }
        return "(SELECT CASE jsonb_typeof(" + self + ") WHEN 'object' THEN " + sql +
               " ELSE 'null'::jsonb END FROM (SELECT " + document + " AS " + self + " OFFSET 0) AS " + self + "_row)";
    }

    std::string array(Node const& node, std::string const& document) {
        std::string const self = fresh_name();
        return "CASE WHEN jsonb_typeof(" + document + ") = 'array' THEN (SELECT coalesce(jsonb_agg(" +
               value(node, self) + " ORDER BY " + self + "_at), '[]'::jsonb) FROM jsonb_array_elements(" + document +
               ") WITH ORDINALITY AS " + self + "_rows(" + self + ", " + self + "_at)) ELSE 'null'::jsonb END";
    }

    std::string fresh_name() { return "sluice_value" + std::to_string(++m_names); }

    bool m_keep_rest;
    int m_names = 0;
};

bool is_flat(MaskRule const& rule) {
    return rule.keep_rest && std::all_of(rule.paths.begin(), rule.paths.end(), [](auto const& path) {
               return path.first.size() == 1 && path.first.front() != "*" && path.second.kind != MaskKind::keep;
           });
}

// Members of the outermost object alone, the usual case: half the time that taking the document apart would take.
std::string flat_sql(MaskRule const& rule, std::string const& document) {
    std::string sql = document;
    for (auto const& [path, inner] : rule.paths) {
        std::string const member = postgres::quote_literal(path.front());
        sql = "jsonb_set(" + sql + ", ARRAY[" + member + "], " +
              json_value_sql(inner, "(" + document + " ->> " + member + ")") + ", false)";
    }
    return "CASE jsonb_typeof(" + document + ") WHEN 'object' THEN " + sql + " ELSE 'null'::jsonb END";
}

} // namespace

std::string json_mask_sql(MaskRule const& rule, std::string const& document) {
    if (is_flat(rule)) {
        return "CASE WHEN " + document + " IS NOT NULL THEN " + flat_sql(rule, document) + " END";
    }
    return "CASE WHEN " + document + " IS NOT NULL THEN " + Builder(rule.keep_rest).value(tree_of(rule), document) +
           " END";
}

} // namespace sluice::db_snapshot
