# Makes $1/ a PATH in which Debian's package tools pretend; the rest is real.
# FAKE_INSTALLED: installed packages. FAKE_OFFERED: what the sources offer.
# FAKE_UID: who runs. FAKE_BROKEN: the apt-get step that fails.
mkdir -p "$1"
put() {
  cat >"$1"
  chmod +x "$1"
}
put "$1/dpkg-query" <<'SH'
#!/bin/sh
for p in $FAKE_INSTALLED; do echo "ii  $p"; done
[ ! -f "$FAKE_STATE" ] || sed 's/^/ii  /' "$FAKE_STATE"
SH
put "$1/apt-cache" <<'SH'
#!/bin/sh
echo "$2:"
case " $FAKE_OFFERED " in
*" $2 "* | *" ALL "*) echo "  Candidate: 1.0" ;;
*) echo "  Candidate: (none)" ;;
esac
SH
put "$1/apt-get" <<'SH'
#!/bin/sh
for word; do
  case "$word" in
  update | install) step=$word ;;
  esac
done
echo "apt-get $step"
[ "$step" != "$FAKE_BROKEN" ] || { echo "E: $step is broken"; exit 100; }
[ "$step" != install ] || for word; do echo "$word"; done | grep -v -e '^-' -e = >>"$FAKE_STATE"
SH
put "$1/id" <<'SH'
#!/bin/sh
echo "${FAKE_UID:-0}"
SH
