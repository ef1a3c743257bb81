# SPDX-License-Identifier: BSD-2-Clause
# Completion for fish: the program itself says what a word may become.

function __daneprobe_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l current (commandline -ct)
    for line in ($program --complete $words "$current" 2>/dev/null)
        switch $line
            case :nospace
            case :file
                __fish_complete_path "$current"
            case :dir
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end

complete -c daneprobe -f -a '(__daneprobe_complete)'
complete -c check_dane -f -a '(__daneprobe_complete)'
