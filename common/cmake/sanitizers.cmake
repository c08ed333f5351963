# SLUICE_SANITIZE: "" | "address,undefined" | "thread"
if(SLUICE_SANITIZE)
  target_compile_options(project_options INTERFACE -fsanitize=${SLUICE_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all)
  # GCC's manual warns of false alarms with -fsanitize; in libstdc++ 12 <regex> sets this one off.
  target_compile_options(project_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(project_options INTERFACE -fsanitize=${SLUICE_SANITIZE})
endif()
