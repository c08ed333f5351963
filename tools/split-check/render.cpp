#include "tools/split-check/check.hpp"

#include "common/log/log.hpp"

namespace sluice::split_check {

namespace {

// A renderer imports the application; longer means it waits for something, such as a database.
constexpr std::chrono::minutes k_render_limit{5};

std::string filled(std::string text, std::string const& placeholder, std::string const& value) {
    for (std::size_t at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at)) {
        text.replace(at, placeholder.size(), value);
        at += value.size();
    }
    return text;
}

Renderer const* renderer_for(Config const& config, std::string const& path) {
    for (auto const& renderer : config.render) {
        if (renderer.glob.matches(path)) {
            return &renderer;
        }
    }
    return nullptr;
}

std::optional<std::string> render(Renderer const& renderer, std::string const& path, Range const& range,
                                  Options const& options, cli::Context& context) {
    process::Command command;
    for (auto const& word : renderer.command) {
        command.arguments.push_back(
            filled(filled(filled(word, "{path}", path), "{base}", range.base), "{head}", range.head));
    }
    command.directory = options.repo;
    command.limit = k_render_limit;
    auto const outcome = context.runner.run(command);
    if (!outcome || !outcome->succeeded()) {
        std::string const why = outcome ? process::failure_of(command, *outcome).message : outcome.error().message;
        log::warning("the render command failed; the file is judged as it is", {{"path", path}, {"why", why}});
        return std::nullopt;
    }
    return outcome->output;
}

} // namespace

std::map<std::string, std::string> render_migrations(std::vector<ClassifiedFile> const& files, Config const& config,
                                                     Range const& range, Options const& options,
                                                     cli::Context& context) {
    std::map<std::string, std::string> rendered;
    for (auto const& file : files) {
        Renderer const* renderer =
            options.render && file.file_class == FileClass::migration && file.change.status != 'D'
                ? renderer_for(config, file.change.path)
                : nullptr;
        if (renderer == nullptr) {
            continue;
        }
        auto sql = render(*renderer, file.change.path, range, options, context);
        if (sql) {
            rendered[file.change.path] = std::move(*sql);
        }
    }
    return rendered;
}

} // namespace sluice::split_check
