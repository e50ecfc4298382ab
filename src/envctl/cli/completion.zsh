#compdef envctl
# Completion of envctl for zsh: eval "$(envctl completion zsh)" after compinit, or this text as _envctl in a folder of $fpath.
_envctl() {
    local -a lines
    lines=("${(@f)$(_ENVCTL_COMPLETE=zsh envctl $((CURRENT - 1)) "${words[@]}" 2>/dev/null)}")
    local kind=$lines[1]
    shift lines
    if (( $#lines )); then
        if [[ $kind == places ]]; then
            _describe -t places envctl lines -S ''
        else
            _describe -t values envctl lines -U
        fi
    fi
    case $kind in
    files | places) _files ;;
    folders) _files -/ ;;
    esac
}
if [[ $funcstack[1] == _envctl ]]; then
    _envctl "$@"
else
    compdef _envctl envctl
fi
