# Completion of envctl for fish: envctl completion fish > ~/.config/fish/completions/envctl.fish
function __envctl_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (env _ENVCTL_COMPLETE=fish envctl (count $before) $before "$current" 2>/dev/null)
    switch "$lines[1]"
        case files places
            __fish_complete_path "$current"
        case folders
            __fish_complete_directories "$current"
    end
    if test (count $lines) -gt 1
        printf '%s\n' $lines[2..-1]
    end
end
complete -c envctl -f -a '(__envctl_complete)'
