# Prints what zsh offers for command lines, END after each: capture.zsh SCRIPT END LINE... An inner zsh on a
# pseudo-terminal is typed the line and a tab; compadd is replaced by one that writes down what matches.
zmodload zsh/zpty zsh/zselect
output=$(mktemp)
inner=$(mktemp)
cat > $inner <<'END'
PROMPT= RPROMPT=
autoload -Uz compinit && compinit -u -D
source $KVSREC_SCRIPT
compadd() {
  # Calls that only fill arrays offer nothing.
  if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
    local -a matches
    builtin compadd -O matches "$@"
    (( $#matches )) && print -rl -- $matches >> $KVSREC_OUTPUT
  fi
  builtin compadd "$@"
}
finished() { print -r -- $KVSREC_END >> $KVSREC_OUTPUT }
zle -C offer list-choices _main_complete
zle -N finished
bindkey '^I' offer
bindkey '^X' finished
zstyle ':completion:*' list-max 0
LISTMAX=0
print READY
END
export KVSREC_SCRIPT=$1 KVSREC_OUTPUT=$output KVSREC_END=$2
zpty inner zsh -f -i
end=$2
shift 2
zpty -w inner "source $inner"
zpty -r -m inner ignored '*READY*'
for line in "$@"; do
  : > $output
  # ^U takes away what stands there.
  zpty -w -n inner $'\x15'"$line"$'\t\x18'
  for ((tries = 0; tries < 6000; tries++)); do
    [[ $(<$output) == *$end* ]] && break
    while zpty -r -t inner ignored; do :; done
    zselect -t 1
  done
  cat $output
done
zpty -d inner
rm -f $output $inner
exit 0
