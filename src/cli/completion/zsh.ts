// Completion for zsh, as a function of its completion system.

import type { CommandReference, OptionReference, Reference, Values } from '../reference.ts';
import { quoted, spellings } from './flags.ts';

/** The script: a file `_kvsrec` in a folder of $fpath, or to source after compinit. */
export function zshCompletion({ options, commands }: Reference): string {
  return `#compdef kvsrec
# zsh completion for kvsrec: source <(kvsrec completion zsh), after compinit

_kvsrec_commands() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name.replaceAll(':', '\\:')}:${summary}`)}`).join('\n')}
  )
  _describe -t commands command commands
}

_kvsrec() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C -s \\
${options.map((option) => `    ${optionSpec(option)} \\`).join('\n')}
    '1: :_kvsrec_commands' \\
    '*:: :->arguments'
  [[ $state == arguments ]] || return
  case $line[1] in
${commands.map(commandCase).join('\n')}
    help) _arguments '1: :_kvsrec_commands' ;;
  esac
}

if [[ $funcstack[1] == _kvsrec ]]; then _kvsrec "$@"; else compdef _kvsrec kvsrec; fi
`;
}

function commandCase({ name, options, arguments: args, values }: CommandReference): string {
  const specs = options.map(optionSpec);
  if (values !== null)
    specs.push(quoted(`*:${escaped(args.map((arg) => arg.name).join(' or '))}:${action(values)}`));
  return `    ${name})
      _arguments -s \\
${specs.map((spec) => `        ${spec}`).join(' \\\n')} ;;`;
}

function optionSpec(option: OptionReference): string {
  const names = spellings(option);
  const description = `[${option.description.replace(/[\\[\]:]/g, '\\$&')}]`;
  const value =
    option.value === undefined
      ? ''
      : `${option.optional ? '::' : ':'}${escaped(option.value.replace(/[<>[\]]/g, ''))}:${action(option.values)}`;
  // A short option takes its value in the same word or the next, a long one also after a =.
  const marked = names.map((name) => {
    if (option.value === undefined) return name;
    return name.startsWith('--') ? `${name}=` : `${name}+`;
  });
  const spec = quoted(description + value);
  const excluded = option.repeatable ? `'*'` : quoted(`(${names.join(' ')})`);
  return names.length === 1 ? `${excluded}${marked[0]}${spec}` : `${excluded}{${marked.join(',')}}${spec}`;
}

function action(values: Values): string {
  if (values === null) return ' ';
  if (values.kind === 'files') return '_files';
  if (values.kind === 'folders') return '_files -/';
  const words = values.words.map((word) => word.replaceAll(':', '\\:')).join(' ');
  return values.list ? `_sequence compadd - ${words}` : `(${words})`;
}

function escaped(text: string): string {
  return text.replaceAll(':', '\\:');
}
