// Completion for bash, from 3.2 (that of macOS) on, without the package bash-completion.

import type { OptionReference, Reference, Values } from '../reference.ts';
import { spellings, takesWord } from './flags.ts';

/** The script to source. */
export function bashCompletion({ options, commands }: Reference): string {
  const cases = commands.map(
    ({ name, options: own, values }) => `    ${name})
${optionCases(own, '      ')}
      options=${words(own.flatMap(spellings))}
      arguments='${action(values)}' ;;`,
  );
  return `# bash completion for kvsrec: source <(kvsrec completion bash)

_kvsrec_words() {
  local word
  for word in "$@"; do
    case $word in "$_kvsrec_cur"*) COMPREPLY+=("$word") ;; esac
  done
}

# Words of a comma-separated list.
_kvsrec_list() {
  local before= word
  case $_kvsrec_cur in *,*) before=\${_kvsrec_cur%,*}, ;; esac
  for word in "$@"; do
    case $before$word in "$_kvsrec_cur"*) COMPREPLY+=("$before$word") ;; esac
  done
}

_kvsrec_paths() {
  local path
  while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "$_kvsrec_cur")
  compopt -o filenames 2>/dev/null
}

_kvsrec_files() { _kvsrec_paths -f; }
_kvsrec_folders() { _kvsrec_paths -d; }
_kvsrec_nothing() { :; }

_kvsrec() {
  COMPREPLY=()
  # Bash breaks words at = and :, which values have.
  local words=() count=0 index word joined=
  for ((index = 1; index <= COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ $count -gt 0 && ( $joined || $word == : ) ]]; then
      words[count - 1]+=$word
      joined=
      [[ $word == : ]] && joined=1
    elif [[ $count -gt 0 && $word == = && \${words[count - 1]} == --* ]]; then
      words[count]=
      ((count++))
      joined=1
    else
      words[count]=$word
      ((count++))
    fi
  done
  local _kvsrec_cur=\${words[count - 1]} previous= command= ended= options= arguments=_kvsrec_nothing
  for ((index = 0; index < count - 1; index++)); do
    previous=\${words[index]}
    case $previous in
      --) ended=1; previous= ;;
      ${options.filter(takesWord).flatMap(spellings).join('|')}) [[ $command ]] || ((index++)) ;;
      -*) ;;
      *) [[ $command ]] || command=$previous ;;
    esac
  done
  if ((count > 1)) && [[ ! $ended ]]; then previous=\${words[count - 2]}; fi
  case $command in
    '')
${optionCases(options, '      ')}
      options=${words(options.flatMap(spellings))}
      arguments='_kvsrec_words ${commands.map(({ name }) => name).join(' ')}' ;;
${cases.join('\n')}
    help) arguments='_kvsrec_words ${commands.map(({ name }) => name).join(' ')}' ;;
  esac
  if [[ ! $ended && $_kvsrec_cur == -* ]]; then _kvsrec_words $options; else $arguments; fi
  _kvsrec_trim
}

# What stands before a : is a word of its own to bash.
_kvsrec_trim() {
  local index
  case $COMP_WORDBREAKS in *:*) ;; *) return ;; esac
  case $_kvsrec_cur in *:*) ;; *) return ;; esac
  for ((index = 0; index < \${#COMPREPLY[@]}; index++)); do
    COMPREPLY[index]=\${COMPREPLY[index]#"\${_kvsrec_cur%"\${_kvsrec_cur##*:}"}"}
  done
}

complete -F _kvsrec kvsrec
`;
}

/** What comes after an option with a value. */
function optionCases(options: readonly OptionReference[], indent: string): string {
  const lines = options
    .filter(takesWord)
    .map((option) => `  ${spellings(option).join('|')}) ${action(option.values)}; _kvsrec_trim; return ;;`);
  return ['case $previous in', ...lines, 'esac'].map((line) => indent + line).join('\n');
}

function action(values: Values): string {
  if (values === null) return '_kvsrec_nothing';
  if (values.kind !== 'words') return `_kvsrec_${values.kind}`;
  return `${values.list ? '_kvsrec_list' : '_kvsrec_words'} ${values.words.join(' ')}`;
}

function words(list: readonly string[]): string {
  return `'${list.join(' ')}'`;
}
