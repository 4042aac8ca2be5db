#!/bin/sh
# A container engine of its own on Debian, for the container tests: as root, without a registry, gone when it is told to.
#
#   infra/containers/engine.sh start FOLDER    installs what is missing, starts the engine, makes the image; prints the environment to use
#   infra/containers/engine.sh stop FOLDER     ends the engine and removes what it kept
#
# The image is made from Debian's nats-server, so that no registry is needed: "nats:local".
set -eu

action=${1:?start or stop}
folder=${2:?a folder for the engine}
socket="unix://$folder/engine.sock"

start() {
  for program in dockerd docker nats-server iptables; do
    command -v "$program" >/dev/null 2>&1 && continue
    apt-get install -y --no-install-recommends docker.io nats-server iptables >&2
    break
  done
  mkdir -p "$folder"
  setsid dockerd --host "$socket" --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" \
    --storage-driver vfs >"$folder/log" 2>&1 </dev/null &
  tries=0
  until docker -H "$socket" version >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 150 ]; then
      tail -n 5 "$folder/log" >&2
      echo "The engine did not start; its log is $folder/log" >&2
      exit 1
    fi
    sleep 0.2
  done
  image
  echo "export DOCKER_HOST=$socket TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 SHOAL_NATS_IMAGE=nats:local"
}

image() {
  root="$folder/image"
  server=$(command -v nats-server || echo /usr/sbin/nats-server)
  mkdir -p "$root/tmp"
  cp "$server" "$root/nats-server"
  # The libraries it loads, under the same names.
  ldd "$server" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done
  tar -C "$root" -c . | docker -H "$socket" import --change 'ENTRYPOINT ["/nats-server"]' --change 'EXPOSE 4222' - nats:local >&2
}

stop() {
  if docker -H "$socket" version >/dev/null 2>&1; then
    docker -H "$socket" ps -aq | xargs -r docker -H "$socket" rm -f >/dev/null
  fi
  [ -f "$folder/pid" ] || exit 0
  pid=$(cat "$folder/pid")
  kill "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
  rm -rf "$folder"
}

case "$action" in
  start) start ;;
  stop) stop ;;
  *)
    echo "start or stop, not $action" >&2
    exit 2
    ;;
esac
