#!/usr/bin/env bash
# A Chromium and a small CJK font for the browser tests: installed when we may (root on Debian),
# else whatever is on the machine; without any, those tests are skipped by name.
set -u
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq chromium fonts-wqy-microhei >/dev/null
fi
command -v chromium >/dev/null 2>&1 || echo "No Chromium here: browser tests will be skipped."
exit 0
