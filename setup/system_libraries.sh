#!/bin/sh
# Checks the system libraries that Qt and OpenGL need on Linux, installs missing ones by apt where it may, and says what to do where it may not.
# Usage: sh setup/system_libraries.sh run|test. `test` also wants a virtual display.
set -eu
[ "$(uname -s)" = Linux ] || exit 0

# package:file that shows it is there
wanted="libegl1:libEGL.so.1 libgl1:libGL.so.1 libgl1-mesa-dri:dri libxkbcommon-x11-0:libxkbcommon-x11.so.0
libxcb-cursor0:libxcb-cursor.so.0 libxcb-icccm4:libxcb-icccm.so.4 libxcb-keysyms1:libxcb-keysyms.so.1
libxcb-shape0:libxcb-shape.so.0 libxcb-image0:libxcb-image.so.0 libxcb-render-util0:libxcb-render-util.so.0
libxcb-xinerama0:libxcb-xinerama.so.0 libdbus-1-3:libdbus-1.so.3 libfontconfig1:libfontconfig.so.1"

libraries=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)
missing=""
for entry in $wanted; do
    package=${entry%%:*}
    file=${entry#*:}
    if [ "$file" = dri ]; then
        ls /usr/lib/*/dri/*.so /usr/lib*/dri/*.so /usr/lib/*/libgallium*.so 2>/dev/null | grep -q . || missing="$missing $package"
    elif ! printf '%s' "$libraries" | grep -q "$file"; then
        missing="$missing $package"
    fi
done
if ! command -v "${PYTHON:-python3}" >/dev/null 2>&1 || ! "${PYTHON:-python3}" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    missing="$missing python3-venv"
fi
if [ "${1:-run}" = test ]; then
    command -v Xvfb >/dev/null 2>&1 || missing="$missing xvfb"
    command -v xauth >/dev/null 2>&1 || missing="$missing xauth"
fi
[ -n "$missing" ] || exit 0

by_hand() {
    echo "These system packages are missing:$missing" >&2
    echo "$1 Debian, Ubuntu: apt install$missing" >&2
    exit 1
}
command -v apt-get >/dev/null 2>&1 || by_hand "This is not a Debian system: install the packages of the same meaning."
if [ "$(id -u)" = 0 ]; then
    sudo=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo="sudo"
else
    by_hand "You may not install packages here: ask someone who may."
fi
echo "Installing system packages:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq || echo "The package list could not be refreshed; trying with the one at hand." >&2
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null || by_hand "The installation failed."
