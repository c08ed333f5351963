# How everything is compiled. Warnings become errors in the presets only, so that a newer compiler never breaks a user's
# own build.
add_library(project_options INTERFACE)
target_compile_features(project_options INTERFACE cxx_std_20)
target_include_directories(project_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})

add_library(project_warnings INTERFACE)
target_compile_options(
  project_warnings
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor)
# g++ 12 sees an overlap in std::string's own code that cannot happen (GCC bug 105651, fixed in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(project_warnings INTERFACE -Wno-restrict)
endif()
if(SLUICE_WERROR)
  target_compile_options(project_warnings INTERFACE -Werror)
endif()
