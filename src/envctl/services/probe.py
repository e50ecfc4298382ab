"""Is a web server inside the container ready? Asked with whatever the image happens to have."""

from __future__ import annotations

from urllib.parse import quote

from envctl.workload import Probe

# $1 is the port, $2 the path: never part of the script. 2xx and 3xx count; no redirection is followed.
# The cheapest tool first: it is asked ten times a second while a service starts.
# A proxy that the container is told of must not be asked about the container itself.
SCRIPT = r"""
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
url="http://127.0.0.1:$1$2"
has() { command -v "$1" >/dev/null 2>&1; }
by_wget() {
  wget -S -t 1 -O /dev/null "$url" 2>&1 | {
    found='' last='no answer'
    while read -r first code rest; do
      case $first in HTTP/*) found=${found:-$code} ;; '') ;; *) last="$first $code $rest" ;; esac
    done
    echo "${found:-$last}"
  }
}
by_python() {
  "$1" -I -S -c 'import http.client, sys
c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=3)
c.request("GET", sys.argv[2])
r = c.getresponse()
r.read(8192)
print(r.status)' "$2" "$3" 2>&1 | tail -n 1
}
by_node() {
  node -e 'const [port, path] = process.argv.slice(1)
const q = require("http").get({ host: "127.0.0.1", port, path, timeout: 3000, agent: false })
let code
q.on("response", a => { console.log(code = a.statusCode); a.resume() })
q.on("timeout", () => q.destroy(Error("no answer in 3 s")))
q.on("error", e => { if (!code) console.log(e.message) })' "$1" "$2" 2>&1
}
by_bash() {
  bash -c '{ exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || { echo "connection refused"; exit 1; }
printf "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n" "$2" "$1" >&3
read -r -t 3 protocol code rest <&3
read -r -t 3 -N 8192 rest <&3
echo "$code"' bash "$1" "$2"
}
if has curl; then code=$(curl -q -g -sS -m 3 -o /dev/null -w '%{http_code}' "$url" 2>&1)
elif has wget; then code=$(by_wget)
elif has bash; then code=$(by_bash "$1" "$2")
elif has python3; then code=$(by_python python3 "$1" "$2")
elif has python; then code=$(by_python python "$1" "$2")
elif has node; then code=$(by_node "$1" "$2")
else echo "no curl, wget, bash, python3 or node in this image to ask with: write health as a command"; exit 1
fi
case $code in [23][0-9][0-9]) exit 0 ;; esac
echo "GET $url: ${code:-no answer}"
exit 1
"""

_AS_IS = "/%?&=:@!$'()*+,;~-._"


def http_probe(port: int, path: str, patience: float) -> Probe:
    """Ready when GET of the path answers with 2xx or 3xx."""
    return Probe(("sh", "-c", SCRIPT, "probe", str(port), quote(path, safe=_AS_IS)), patience)
