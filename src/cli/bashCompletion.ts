/**
 * What bash is to source, instead of the completion library's script: that one needs the package bash-completion, and expands
 * what is offered as bash's own words, so that a tag in a stranger's store could run a command. Without an offer bash completes files.
 */
export const bashCompletion = String.raw`# bash completion for skein

__skein_complete() {
    local line="$\{COMP_LINE:0:COMP_POINT}" cur="" out value
    local -a words
    read -r -a words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    cur="$\{words[$\{#words[@]} - 1]}"
    out=$(skein complete -- "$\{words[@]:1}" 2>/dev/null)
    COMPREPLY=()
    while IFS= read -r value; do
        value=$\{value%%$'\t'*}
        # The last line, a colon and a number, is for other shells.
        if [[ $value != :* && -n $value && $value == "$cur"* ]]; then
            COMPREPLY+=("$(printf '%q' "$value")")
        fi
    done <<< "$out"
    # Bash takes the letters after a colon for a word of their own.
    if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
        COMPREPLY=("$\{COMPREPLY[@]#"$\{cur%:*}:"}")
    fi
}

complete -o default -F __skein_complete skein
`.replaceAll('$\\{', '${');
