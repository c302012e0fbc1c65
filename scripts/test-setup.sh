#!/usr/bin/env bash
# Installs programs that the tests need: Chromium, Mesa's Vulkan driver for WebGPU without a GPU, and
# PyTorch for the exported programs, whose suites are skipped without it.
set -euo pipefail

missing=()
if [ -n "${CHROMIUM_PATH:-}" ]; then
  [ -x "$CHROMIUM_PATH" ] || { echo "CHROMIUM_PATH is $CHROMIUM_PATH, and there is no program there" >&2; exit 1; }
elif [ ! -x /usr/bin/chromium ]; then
  missing+=(chromium)
fi
compgen -G '/usr/share/vulkan/icd.d/*.json' > /dev/null || missing+=(mesa-vulkan-drivers)

torch=()
for name in torch numpy safetensors; do
  "${PYTHON:-/usr/bin/python3}" -c "import importlib.util as u, sys; sys.exit(u.find_spec('$name') is None)" 2> /dev/null || torch+=("python3-$name")
done
if [ ${#torch[@]} -gt 0 ] && [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
  missing+=("${torch[@]}")
elif [ ${#torch[@]} -gt 0 ]; then
  echo "The PyTorch suites are skipped. To run them: apt-get install ${torch[*]} as root, or set PYTHON to a Python with them."
fi

# Chromium without windows opens a page in half of the processor time. The browser suites do without
# it where there is no such package or no network.
install_shell() {
  [ -z "${CHROMIUM_PATH:-}" ] && [ ! -x /usr/bin/chromium-headless-shell ] || return 0
  [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null || return 0
  apt-get update &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium-headless-shell ||
    echo 'chromium-headless-shell is not available: the browser suites use Chromium, which takes longer.'
}

if [ ${#missing[@]} -eq 0 ]; then
  echo 'Chromium and a Vulkan driver are here.'
elif [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
else
  echo "Please install: ${missing[*]}" >&2
  echo "On Debian, as root: apt-get install ${missing[*]}. Elsewhere set CHROMIUM_PATH to a Chromium or Chrome." >&2
  exit 1
fi
install_shell
