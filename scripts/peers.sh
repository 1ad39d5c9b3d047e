#!/usr/bin/env bash
# What the tests of the channels run against: the message centre needs node and the npm package smpp,
# letters a Chinese font, calls two baresip. Installed when we may (root on Debian); a test whose
# peer is missing is skipped by name.
set -u
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    wanted=()
    command -v baresip >/dev/null 2>&1 || wanted+=(baresip-core)
    command -v ip >/dev/null 2>&1 || wanted+=(iproute2)
    [ -n "$(fc-list :lang=zh 2>/dev/null)" ] || wanted+=(fontconfig fonts-wqy-microhei)
    if [ "${#wanted[@]}" -gt 0 ]; then
        apt-get update -qq && apt-get install -y -qq "${wanted[@]}" >/dev/null
    fi
fi
command -v node >/dev/null 2>&1 || echo "No node here: tests against the message centre will be skipped."
[ -d node_modules/smpp ] || echo "No npm package smpp here (make front-end): the same."
command -v baresip >/dev/null 2>&1 || echo "No baresip here: tests of calls will be skipped."
exit 0
