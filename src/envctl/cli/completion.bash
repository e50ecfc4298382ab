# Completion of envctl for bash 4.4 or later: eval "$(envctl completion bash)"
_envctl() {
    local answer kind line current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    answer=$(_ENVCTL_COMPLETE=bash envctl "$COMP_CWORD" "${COMP_WORDS[@]}" 2>/dev/null) || return
    {
        IFS= read -r kind
        while IFS= read -r line; do COMPREPLY+=("$line"); done
    } <<<"$answer"
    case $kind in
    files | folders | places)
        # Quoted as files are, unless there is a service: its colon must stay one.
        if ((${#COMPREPLY[@]})); then compopt -o nospace; else compopt -o filenames; fi
        local what=-f
        [[ $kind != folders ]] || what=-d
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$what" -- "$current")
        ;;
    esac
}
complete -F _envctl envctl
