# sluice_man_page(TOOL): TOOL.1.md of the tool's folder, with the shared parts from common/man put in place, becomes
# TOOL.1 by pandoc. Without pandoc there are no man pages and a message says so.
find_program(PANDOC pandoc)
if(NOT PANDOC)
  message(STATUS "pandoc not found: man pages are not built")
endif()

function(sluice_man_page name)
  if(NOT PANDOC)
    return()
  endif()
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${name}.1.md)
  set(parts ${PROJECT_SOURCE_DIR}/common/man)
  set(shared ${parts}/common-options.md ${parts}/connections.md ${parts}/exit-codes.md)
  set(page ${PROJECT_BINARY_DIR}/man/${name}.1)
  add_custom_command(
    OUTPUT ${page}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/man
    COMMAND ${PANDOC} --standalone --from markdown --to man --metadata "footer=Sluice ${PROJECT_VERSION}" --output ${page}
            ${source} ${shared}
    DEPENDS ${source} ${shared}
    VERBATIM)
  add_custom_target(${name}_man ALL DEPENDS ${page})
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endfunction()
