export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/*
 * Each asks `claywatch __complete -- WORDS` what may stand at the last of the words, and so knows every command as it is
 * now. An answer is one candidate a line, a tab and what it is; `:files` and `:directories` leave it to the shell.
 */

const BASH = `# claywatch completion for bash; made by: claywatch completion bash
_claywatch() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :files) compopt -o default 2>/dev/null; return ;;
      :directories) compopt -o dirnames 2>/dev/null; return ;;
      ?*) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _claywatch claywatch
`;

const ZSH = `#compdef claywatch
# claywatch completion for zsh; made by: claywatch completion zsh
_claywatch() {
  local line
  local -a lines candidates
  lines=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${lines[@]}"; do
    case "$line" in
      :files) _files; return ;;
      :directories) _files -/; return ;;
      ?*) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done
  (( \${#candidates} )) && _describe -V claywatch candidates
}
if [ "\${funcstack[1]}" = "_claywatch" ]; then
  _claywatch "$@"
else
  compdef _claywatch claywatch
fi
`;

const FISH = `# claywatch completion for fish; made by: claywatch completion fish
function __claywatch_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path "$current"
      case ':directories'
        __fish_complete_directories "$current"
      case '?*'
        echo $line
    end
  end
end
complete -c claywatch -f -a '(__claywatch_complete)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
