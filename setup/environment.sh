#!/bin/sh
# Makes the virtual environment: sh setup/environment.sh PYTHON FOLDER. Finds a Python of at least 3.11 and says what to do if there is none.
set -eu
wanted=$1
folder=$2
for candidate in "$wanted" python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1; then
        found=$candidate
        break
    fi
done
if [ -z "${found:-}" ]; then
    echo "No Python 3.11, 3.12 or 3.13 was found. Install one (Debian, Ubuntu: apt install python3 python3-venv) and run make again," >&2
    echo "or name it: make PYTHON=/path/to/python3.12 run" >&2
    exit 1
fi
echo "Making the environment in $folder with $("$found" --version) ..."
if ! "$found" -m venv "$folder"; then
    rm -rf "$folder"
    echo "Python cannot make a virtual environment here. On Debian and Ubuntu: apt install python3-venv; then run make again." >&2
    exit 1
fi
