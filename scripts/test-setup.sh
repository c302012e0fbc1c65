#!/usr/bin/env bash
# Installs programs that the tests need: Chromium, and Mesa's Vulkan driver for WebGPU without a GPU.
set -euo pipefail

missing=()
if [ -n "${CHROMIUM_PATH:-}" ]; then
  [ -x "$CHROMIUM_PATH" ] || { echo "CHROMIUM_PATH is $CHROMIUM_PATH, and there is no program there" >&2; exit 1; }
elif [ ! -x /usr/bin/chromium ]; then
  missing+=(chromium)
fi
compgen -G '/usr/share/vulkan/icd.d/*.json' > /dev/null || missing+=(mesa-vulkan-drivers)

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
