# Writes OUTPUT, a header with the text of every FOLDER/*.json, so that the program needs no data files beside it.
file(GLOB files ${FOLDER}/*.json)
list(SORT files)
set(entries "")
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND entries "    {\"${name}\", R\"~(${text})~\"},\n")
endforeach()
list(LENGTH files count)
file(
  WRITE ${OUTPUT}
  "#pragma once\n\n#include <array>\n#include <string_view>\n#include <utility>\n\nnamespace sluice::split_check {\n\n"
  "inline constexpr std::array<std::pair<std::string_view, std::string_view>, ${count}> k_preset_data{{\n${entries}}};\n\n"
  "} // namespace sluice::split_check\n")
