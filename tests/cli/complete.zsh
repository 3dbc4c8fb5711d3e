# zsh complete.zsh SCRIPT LINE...
# Presses Tab behind each line in a zsh that has a terminal, and prints what becomes of it. SCRIPT is sourced before.

zmodload zsh/zpty
script=$1
shift
setup=(
  "PS1= PS2= PROMPT_EOL_MARK="
  "autoload -Uz compinit"
  "compinit -u -D"
  "source ${(q)script}"
  "tell() { zle complete-word; local line=\$BUFFER; BUFFER=; zle -I; print -r -- \"LINE:\$line:END\" }"
  "zle -N tell"
  "bindkey '^I' tell"
  # Not what the terminal echoes of this line.
  "print READY:\$((1 + 1))"
)
zpty shell zsh -f -i
zpty -w shell ${(j:; :)setup}
zpty -r shell output '*READY:2*'
for line in "$@"; do
  zpty -w -n shell "$line"$'\t'
  zpty -r shell output '*LINE:*:END*'
  print -r -- "${${output##*LINE:}%%:END*}"
done
zpty -d shell
