# sluice_module(NAME SOURCES a.cpp … USES modules-and-libraries …): one static target per folder below common/. What USES
# names is all that the module may include; tests/checks holds the sources to it.
function(sluice_module name)
  cmake_parse_arguments(MODULE "" "" "SOURCES;USES" ${ARGN})
  add_library(common_${name} STATIC ${MODULE_SOURCES})
  add_library(common::${name} ALIAS common_${name})
  target_link_libraries(common_${name} PUBLIC project_options ${MODULE_USES} PRIVATE project_warnings)
endfunction()

# sluice_tool(NAME SOURCES a.cpp … USES …): the tool's library, its program, man page and shell completion.
function(sluice_tool name)
  cmake_parse_arguments(TOOL "" "" "SOURCES;USES" ${ARGN})
  add_library(${name}_lib STATIC ${TOOL_SOURCES})
  target_link_libraries(${name}_lib PUBLIC project_options ${TOOL_USES} PRIVATE project_warnings)
  add_executable(${name} main.cpp)
  target_link_libraries(${name} PRIVATE ${name}_lib project_warnings)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  # bash loads the file that has the command's name.
  install(
    FILES ${PROJECT_SOURCE_DIR}/common/completion/sluice.bash
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    RENAME ${name})
  sluice_man_page(${name})
endfunction()
