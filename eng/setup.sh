# shellcheck shell=bash
# Sourced by ./run, ./test and ./bench: everything they need before they can build, obtained from a fresh clone on a bare machine.
# Sets $root. Needs nothing but bash and the .NET SDK that global.json names; where something is missing it is fetched and said aloud, or an
# error says what to do. On Windows and macOS the plain dotnet commands of README.md do the same.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$root/.cache
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# No build servers: a script that ends leaves no process behind.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $1"; shift; for line in "$@"; do say "       $line"; done; exit 1; }

require_sdk() {
    local wanted found
    wanted=$(sed -n 's/.*"version": *"\([0-9]*\.[0-9]*\).*/\1/p' "$root/global.json")
    command -v dotnet >/dev/null || die "the .NET SDK $wanted is needed, and there is no 'dotnet' on the PATH." \
        "Install it from https://dotnet.microsoft.com/download/dotnet/$wanted (or your system's package dotnet-sdk-$wanted), open a new shell, and start again."
    found=$(cd "$root" && dotnet --version 2>/dev/null) || die "the .NET SDK $wanted is needed; installed are: $(dotnet --list-sdks 2>/dev/null | awk '{ printf "%s%s", sep, $1; sep = ", " }')." \
        "Install it from https://dotnet.microsoft.com/download/dotnet/$wanted (or your system's package dotnet-sdk-$wanted) and start again."
    [[ $found == "$wanted".* ]] || die "the .NET SDK $wanted is needed, but global.json selected $found." \
        "Install it from https://dotnet.microsoft.com/download/dotnet/$wanted and start again."
}

project_files() { find "$root" \( -name artifacts -o -name .cache -o -name .git \) -prune -o \( -name '*.csproj' -o -name '*.props' -o -name '*.slnx' -o -name global.json \) -print | LC_ALL=C sort; }

# What a restore depends on, as one line: a stamp with the same line means that nothing is to be restored.
restore_key() { { echo "$root"; project_files | while read -r file; do cat "$file"; done; } | cksum; }

is_restored() {
    [[ -f $cache/restored && $(cat "$cache/restored") == "$(restore_key)" ]] || return 1
    local file name
    while read -r file; do
        name=$(basename "$file" .csproj)
        [[ $file != *.csproj || -f $root/artifacts/obj/$name/project.assets.json ]] || return 1
    done < <(project_files)
}

explain_restore_failure() {
    local log=$1
    if grep -q 'No space left on device' "$log"; then
        die "the packages could not be restored: the disk is full." "Free some space (the packages need about 500 MB) and start again."
    elif grep -qE 'NU1301|NU1900|Unable to load the service index|Name or service not known|Connection refused' "$log"; then
        die "the packages could not be restored: the package feed does not answer." "$(grep -hoE 'error (NU[0-9]+): .*' "$log" | sort -u | head -n 2 | cut -c1-300)" \
            "Connect to the network, or configure a feed that is reachable ('dotnet nuget list source' shows the current ones), and start again."
    fi
    die "the packages could not be restored; the reasons given:" "$(grep -hoE 'error .*' "$log" | sort -u | head -n 6 | cut -c1-300)" "The whole output is in $log."
}

restore_packages() {
    is_restored && return
    mkdir -p "$cache" 2>/dev/null || die "cannot write to $root." "Clone the project into a folder that you may write to."
    local log=$cache/restore.log
    say "Restoring packages …"
    if ! dotnet restore "$root/Headrace.slnx" >"$log" 2>&1; then
        grep -q 'NU110[12]: .*librdkafka\.redist' "$log" || explain_restore_failure "$log"
        "$root/eng/native" || exit 1
        dotnet restore "$root/Headrace.slnx" >"$log" 2>&1 || explain_restore_failure "$log"
    fi
    restore_key >"$cache/restored"
}

# build PROJECT-OR-SOLUTION: in Release; says nothing when it goes well and shows the compiler's errors when not.
build() {
    local log=$cache/build.log
    say "Building $(basename "$1") …"
    dotnet build "$root/$1" -c Release --no-restore -v quiet -clp:NoSummary >"$log" 2>&1 && return
    sed "s#$root/##g" "$log" | grep -E '(error|warning) [A-Z]+[0-9]+' | sort -u | head -n 40 >&2 || cat "$log" >&2
    rm -f "$cache/restored"                  # a package that vanished from the package folder is restored by the next try
    die "$1 does not build; the errors are above." "The whole output is in $log."
}

# The program that the build of a project left.
built() { echo "$root/artifacts/bin/$1/release/$1"; }

require_sdk
restore_packages
