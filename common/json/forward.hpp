#pragma once

#include <nlohmann/json_fwd.hpp>

// For headers that only name the type: including the whole of it costs every reader seconds.
namespace sluice::json {
using Json = nlohmann::json;
} // namespace sluice::json

namespace sluice {
using json::Json;
} // namespace sluice
