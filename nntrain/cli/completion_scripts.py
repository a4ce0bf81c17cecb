"""What bash, zsh and fish run to complete a word: Typer's scripts, with their faults mended.

Those of Typer put a space after a path that goes on, and do not complete `--set=`. That of bash splits names at
spaces, that of zsh completes nothing at the first time in a new shell, and that of fish asks nntrain twice.
"""

from contextlib import suppress

BASH = r"""
%(complete_func)s() {
    local IFS=$'\n' words=() place=$COMP_CWORD at
    for at in "${!COMP_WORDS[@]}"; do  # bash takes `--set=train.epochs` apart at its sign
        if [[ ${COMP_WORDS[at]} == "=" && ${COMP_WORDS[at-1]} == --* ]]; then
            (( at < COMP_CWORD )) && (( place-- ))
        else
            words+=("${COMP_WORDS[at]}")
        fi
    done
    COMPREPLY=( $( env COMP_WORDS="${words[*]}" COMP_CWORD=$place %(autocomplete_var)s=complete_bash $1 ) )
    if (( ${#COMPREPLY[@]} )) && [[ ${COMP_WORDS[COMP_CWORD]} != [\"\']* ]]; then
        COMPREPLY=( $( printf '%%q\n' "${COMPREPLY[@]}" ) )
    fi
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[.=] ]]; then
        compopt -o nospace
    fi
    return 0
}

complete -o default -F %(complete_func)s %(prog_name)s
"""

ZSH = r"""#compdef %(prog_name)s

%(complete_func)s() {
    local IFS=$'\n' line value
    local -a ends open
    for line in $(env _TYPER_COMPLETE_ARGS="${(j: :)words[1,$CURRENT]}" _TYPER_COMPLETE_FISH_ACTION=get-args \
            %(autocomplete_var)s=complete_fish ${(Q)~words[1]} 2>/dev/null); do
        value=${line%%%%$'\t'*}
        [[ $line == *$'\t'* ]] && line=${value//:/\\:}:${line#*$'\t'} || line=${value//:/\\:}
        [[ $value == *[.=] ]] && open+=("$line") || ends+=("$line")
    done
    compset -P '--*='
    if (( $#ends + $#open == 0 )); then
        _files
        return
    fi
    (( $#ends )) && _describe -V argument ends
    (( $#open )) && _describe -V path open -S ''
    return 0
}

if [[ $funcstack[1] == _%(prog_name)s ]]; then
    %(complete_func)s "$@"  # the file that `--install-completion` writes is this function
else
    compdef %(complete_func)s %(prog_name)s
fi
"""
FISH = r"""function %(complete_func)s
    set -l word (commandline -ct)
    set -l option (string match -r -- '^--[^=]+=' $word)
    set -l found (env _TYPER_COMPLETE_ARGS=(commandline -cp) _TYPER_COMPLETE_FISH_ACTION=get-args \
        %(autocomplete_var)s=complete_fish (commandline -opc)[1] 2>/dev/null)
    if test -n "$found"
        printf '%%s\n' "$option"$found
    else
        set -l files (__fish_complete_path (string replace -- "$option" '' $word))
        printf '%%s\n' "$option"$files
    end
end

complete --command %(prog_name)s --no-files --arguments "(%(complete_func)s)"
"""


def mend() -> None:
    """Let `--install-completion` and `--show-completion` write our scripts, where Typer keeps its own so."""
    with suppress(ImportError, AttributeError):
        from typer import _completion_shared

        _completion_shared._completion_scripts.update(bash=BASH, zsh=ZSH, fish=FISH)
