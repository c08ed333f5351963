# SLUICE_SANITIZE: "" | "address,undefined" | "thread"
if(SLUICE_SANITIZE)
  target_compile_options(project_options INTERFACE -fsanitize=${SLUICE_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all)
  target_link_options(project_options INTERFACE -fsanitize=${SLUICE_SANITIZE})
endif()
