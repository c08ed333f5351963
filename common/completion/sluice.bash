# shellcheck shell=bash
# Completion for the tool that this file is named after once it is installed. Options and verbs are asked from the tool
# itself, so that there is no second list to keep; file names come from bash.

# The help of a command line without the word under the cursor: the tool's own, or that of a verb.
_sluice_help() { "$@" --help 2>/dev/null; }

_sluice_verbs() { _sluice_help "$1" | awk '/^Subcommands:/ {on = 1; next} /^[^ ]/ {on = 0} on {print $1}'; }

_sluice_options() { _sluice_help "$@" | grep -oE -- '^ +(-[a-zA-Z],)?--[a-z-]+' | grep -oE -- '--[a-z-]+'; }

# Whether the help shows a word in capitals after the option, which is its value.
_sluice_wants_value() {
  local option=$1
  shift
  _sluice_help "$@" | grep -qE -- "^ +(-[a-zA-Z],)?$option [A-Z]"
}

_sluice_complete() {
  local tool=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local verbs word
  local -a command=("$tool")
  COMPREPLY=()
  verbs=$(_sluice_verbs "$tool")
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if grep -qxF -e "$word" <<<"$verbs"; then
      command+=("$word")
      break
    fi
  done
  if [[ $previous == --* ]] && { _sluice_wants_value "$previous" "${command[@]}" || _sluice_wants_value "$previous" "$tool"; }; then
    return
  fi
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_sluice_options "${command[@]}")" -- "$current")
  elif ((${#command[@]} == 1)); then
    mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$current")
  fi
}

complete -o bashdefault -o default -F _sluice_complete "${BASH_SOURCE[0]##*/}"
