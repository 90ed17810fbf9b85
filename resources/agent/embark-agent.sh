#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# embark-agent [--live]: sets a machine without cloud-init up at each start, from qcloud_action/os.conf on the disc that
# the cloud puts in: host name, root's password, the address of its card, name servers. What the file says is data: it
# is never run, each value is looked at before it is used, and one that is not as it should be is left alone.
# --live: the network runs already, so addresses are set at once too. EMBARK_AGENT_ROOT: another root, for tests.
#
# For every /bin/sh: dash, bash 3, busybox.
set -u
umask 022
LC_ALL=C
export LC_ALL
PATH=${PATH:-/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

ROOT=${EMBARK_AGENT_ROOT-}
STATE=$ROOT/var/lib/embark/agent
DISC=$STATE/disc
CONF=qcloud_action/os.conf
MARK='# set by embark-agent'
KIB_MAX=64
NEWLINE='
'
TAB=$(printf '\t')
CR=$(printf '\r')

is_live=no
is_changed=no
failures=0
is_mounted=no

host='' password='' address='' mac='' netmask='' gateway='' servers='' prefix='' card=''

say() {
  printf 'embark-agent: %s\n' "$*" >&2
}

fail() {
  failures=$((failures + 1))
  say "$*"
}

# --- values ---------------------------------------------------------------------------------------------------------

is_number() {
  case $1 in
    '' | *[!0-9]* | ?????*) return 1 ;;
    0?*) return 1 ;;
  esac
}

# Four numbers of at most 255, with dots between them.
is_ipv4() {
  rest=$1.
  n_parts=0
  case $1 in *[!0-9.]*) return 1 ;; esac
  while [ -n "$rest" ]; do
    part=${rest%%.*}
    rest=${rest#*.}
    n_parts=$((n_parts + 1))
    if [ "$n_parts" -gt 4 ] || ! is_number "$part" || [ "$part" -gt 255 ]; then return 1; fi
  done
  [ "$n_parts" -eq 4 ]
}

# No name of one part may begin or end with a dash, none is empty.
is_host() {
  case $1 in
    '' | *[!A-Za-z0-9.-]* | -* | .* | *- | *. | *..* | *-.* | *.-*) return 1 ;;
  esac
  [ "${#1}" -le 63 ]
}

# As crypt(3) makes it: long enough to be no word that was meant to be encrypted, and nothing that would end its field.
is_hash() {
  case $1 in *[!A-Za-z0-9./\$,=_-]*) return 1 ;; esac
  [ "${#1}" -ge 13 ] && [ "${#1}" -le 255 ]
}

is_mac() {
  case $1 in
    [0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]) ;;
    *) return 1 ;;
  esac
}

# Sets prefix to the number of ones that 255.255.240.0 begins with.
set_prefix() {
  prefix=0
  is_over=no
  is_ipv4 "$1" || return 1
  rest=$1.
  while [ -n "$rest" ]; do
    case ${rest%%.*} in
      255) bits=8 ;; 254) bits=7 ;; 252) bits=6 ;; 248) bits=5 ;; 240) bits=4 ;; 224) bits=3 ;; 192) bits=2 ;;
      128) bits=1 ;; 0) bits=0 ;;
      *) return 1 ;;
    esac
    if [ $is_over = yes ] && [ $bits -gt 0 ]; then return 1; fi
    [ $bits -eq 8 ] || is_over=yes
    prefix=$((prefix + bits))
    rest=${rest#*.}
  done
  [ $prefix -gt 0 ]
}

# --- the file -------------------------------------------------------------------------------------------------------

# Without blanks around it and without one pair of quotes.
clean() {
  cleaned=${1%"$CR"}
  while :; do
    case $cleaned in
      ' '* | "$TAB"*) cleaned=${cleaned#?} ;;
      *' ' | *"$TAB") cleaned=${cleaned%?} ;;
      *) break ;;
    esac
  done
  case $cleaned in
    \"*\") [ "${#cleaned}" -ge 2 ] && cleaned=${cleaned#?} && cleaned=${cleaned%?} ;;
    \'*\') [ "${#cleaned}" -ge 2 ] && cleaned=${cleaned#?} && cleaned=${cleaned%?} ;;
  esac
}

take_servers() {
  n_servers=0
  servers=''
  set -f
  for server in $1; do
    if [ "$n_servers" -lt 3 ] && is_ipv4 "$server"; then
      servers="$servers${servers:+ }$server"
      n_servers=$((n_servers + 1))
    else
      fail 'os.conf: one of dns_nameserver is no address, or there are more than three'
    fi
  done
  set +f
}

take_value() {
  case $1 in
    hostname) if is_host "$2"; then host=$2; else fail 'os.conf: hostname is no host name'; fi ;;
    password) if is_hash "$2"; then password=$2; else fail 'os.conf: password is not encrypted'; fi ;;
    eth0_ip_addr) if is_ipv4 "$2"; then address=$2; else fail 'os.conf: eth0_ip_addr is no address'; fi ;;
    eth0_netmask) if set_prefix "$2"; then netmask=$2; else fail 'os.conf: eth0_netmask is no network mask'; fi ;;
    eth0_gateway) if is_ipv4 "$2"; then gateway=$2; else fail 'os.conf: eth0_gateway is no address'; fi ;;
    eth0_mac_addr)
      mac=$(printf '%s' "$2" | tr 'A-F-' 'a-f:')
      if ! is_mac "$mac"; then
        mac=''
        fail 'os.conf: eth0_mac_addr is no hardware address'
      fi
      ;;
    dns_nameserver) take_servers "$2" ;;
  esac
}

read_conf() {
  n_lines=0
  # One that is too large is cut off; the shell itself drops bytes that no text has.
  text=$(dd if="$1" bs=1024 count=$KIB_MAX 2>/dev/null) || return 1
  while IFS= read -r line || [ -n "$line" ]; do
    n_lines=$((n_lines + 1))
    [ "$n_lines" -gt 200 ] && break
    [ "${#line}" -gt 1024 ] && continue
    clean "$line"
    line=$cleaned
    case $line in
      '#'* | '' | =*) continue ;;
      *=*) ;;
      *) continue ;;
    esac
    clean "${line#*=}"
    [ -n "$cleaned" ] && take_value "${line%%=*}" "$cleaned"
  done <<END
$text
END
  if [ -z "$address" ] || [ -z "$netmask" ]; then address=''; fi
}

# --- the disc -------------------------------------------------------------------------------------------------------

list_discs() {
  printf '%s\n' "$ROOT/dev/disk/by-label/config-2"
  # "|| :" for a program that finds nothing; the first form is of older ones.
  blkid -t LABEL=config-2 -o device 2>/dev/null || blkid -L config-2 2>/dev/null || :
  for device in "$ROOT"/dev/cdrom "$ROOT"/dev/sr[0-9] "$ROOT"/dev/hd[a-d] "$ROOT"/dev/scd[0-9]; do
    case $device in
      # A disk has no media type, or another.
      */hd?) [ "$(cat "$ROOT/proc/ide/${device##*/}/media" 2>/dev/null)" = cdrom ] || continue ;;
    esac
    printf '%s\n' "$device"
  done
}

close_disc() {
  if [ $is_mounted = yes ]; then
    umount "$DISC" || say "$DISC could not be unmounted"
    is_mounted=no
  fi
}

# Leaves the disc that has the file mounted.
open_disc() {
  mkdir -p "$DISC" && chmod 700 "$STATE" "$DISC" || return 1
  discs=$(list_discs)
  while IFS= read -r device; do
    [ -e "$device" ] || continue
    mount -o ro,nosuid,nodev,noexec "$device" "$DISC" </dev/null 2>/dev/null || continue
    is_mounted=yes
    if [ -f "$DISC/$CONF" ] && [ ! -h "$DISC/$CONF" ] && [ ! -h "$DISC/${CONF%/*}" ]; then
      return 0
    fi
    close_disc
  done <<END
$discs
END
  return 1
}

# --- files of this machine ------------------------------------------------------------------------------------------

# put FILE TEXT [MODE]: in place, so that owner, mode and labels stay; what is right already is not written.
put() {
  if [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; then return 0; fi
  if [ ! -e "$1" ] && { ! mkdir -p "${1%/*}" || ! true >"$1" || ! chmod "${3:-644}" "$1"; }; then
    fail "$1 could not be written"
    return 1
  fi
  if ! printf '%s\n' "$2" >"$1"; then
    fail "$1 could not be written"
    return 1
  fi
  is_changed=yes
}

# Lines of a file but those that the pattern of grep fits.
without() {
  [ ! -f "$1" ] || grep -v "$2" "$1" || :
}

set_host() {
  [ -n "$host" ] || return 0
  put "$ROOT/etc/hostname" "$host"
  [ ! -f "$ROOT/etc/HOSTNAME" ] || [ -h "$ROOT/etc/HOSTNAME" ] || put "$ROOT/etc/HOSTNAME" "$host"
  if [ -f "$ROOT/etc/sysconfig/network" ]; then
    rest=$(without "$ROOT/etc/sysconfig/network" '^[[:space:]]*HOSTNAME=')
    put "$ROOT/etc/sysconfig/network" "${rest:+$rest$NEWLINE}HOSTNAME=$host"
  fi
  rest=$(without "$ROOT/etc/hosts" "$MARK\$")
  put "$ROOT/etc/hosts" "${rest:+$rest$NEWLINE}127.0.1.1${TAB}$host${TAB}$MARK"
  if ! printf '%s' "$host" >"$ROOT/proc/sys/kernel/hostname"; then
    fail 'the host name could not be set'
    return 1
  fi
  say "the host name is $host"
}

# Only when the cloud gives another one: a password that was changed in the machine must not come back as it was.
set_password() {
  [ -n "$password" ] || return 0
  if [ -f "$STATE/password" ] && [ "$(cat "$STATE/password")" = "$password" ]; then return 0; fi
  # By the input of a program: its arguments could be seen.
  if ! printf 'root:%s\n' "$password" | chpasswd -e >/dev/null 2>&1; then
    fail "root's password could not be set"
    return 1
  fi
  (umask 077 && printf '%s\n' "$password" >"$STATE/password") || fail "$STATE/password could not be written"
  say "root's password is that of the cloud"
}

find_card() {
  card=eth0
  [ -n "$mac" ] || return 0
  for folder in "$ROOT"/sys/class/net/*; do
    name=${folder##*/}
    case $name in lo | *[!A-Za-z0-9_-]*) continue ;; esac
    if [ -f "$folder/address" ] && [ "$(cat "$folder/address" 2>/dev/null)" = "$mac" ]; then
      card=$name
      return 0
    fi
  done
}

# --- the network, in the way of each system -------------------------------------------------------------------------

# "…" for each name server, one a line: each_server 'DNS='
each_server() {
  for server in $servers; do
    printf '%s%s\n' "$1" "$server"
  done
}

set_networkd() {
  put "$ROOT/etc/systemd/network/05-embark-agent.network" "$MARK
[Match]
Name=$card

[Network]
Address=$address/$prefix
${gateway:+Gateway=$gateway
}$(each_server DNS=)"
}

set_manager() {
  list=''
  for server in $servers; do
    list="$list$server;"
  done
  put "$ROOT/etc/NetworkManager/system-connections/embark-agent.nmconnection" "$MARK
[connection]
id=embark-agent
type=ethernet
interface-name=$card
autoconnect-priority=100

[ipv4]
method=manual
address1=$address/$prefix${gateway:+,$gateway}
${servers:+dns=$list
}
[ipv6]
method=ignore" 600
}

set_ifcfg() {
  n_dns=0
  lines=$MARK
  for server in $servers; do
    n_dns=$((n_dns + 1))
    lines="$lines${NEWLINE}DNS$n_dns=$server"
  done
  put "$ROOT/etc/sysconfig/network-scripts/ifcfg-$card" "$lines
DEVICE=$card
TYPE=Ethernet
ONBOOT=yes
BOOTPROTO=none
IPADDR=$address
NETMASK=$netmask${gateway:+
GATEWAY=$gateway}"
}

set_suse() {
  put "$ROOT/etc/sysconfig/network/ifcfg-$card" "$MARK
BOOTPROTO='static'
STARTMODE='auto'
IPADDR='$address/$prefix'"
  [ -z "$gateway" ] || put "$ROOT/etc/sysconfig/network/ifroute-$card" "default $gateway - -"
}

# What /etc/network/interfaces says of the card for IPv4 goes: everything from its line to the next one of that kind.
drop_stanza() {
  is_ours=no
  set -f
  while IFS= read -r line || [ -n "$line" ]; do
    # shellcheck disable=SC2086 # words are wanted
    set -- $line
    case ${1-} in
      iface | auto | allow-* | mapping | source | source-directory | no-auto-down | no-scripts) is_ours=no ;;
    esac
    if [ "${1-}" = iface ] && [ "${3-}" = inet ]; then
      case ${2-} in "$card" | "$card":*) is_ours=yes ;; esac
    fi
    case ${1-} in
      auto | allow-hotplug) [ "$#" -eq 2 ] && [ "$2" = "$card" ] && continue ;;
    esac
    [ "$line" = "$MARK" ] || [ $is_ours = yes ] || printf '%s\n' "$line"
  done
  set +f
}

set_ifupdown() {
  rest=$(drop_stanza <"$ROOT/etc/network/interfaces")
  for file in "$ROOT"/etc/network/interfaces.d/*; do
    if [ -f "$file" ] && grep -q "^[[:space:]]*iface[[:space:]][[:space:]]*${card}[[:space:]]" "$file"; then
      other=$(drop_stanza <"$file")
      put "$file" "$other"
    fi
  done
  put "$ROOT/etc/network/interfaces" "${rest:+$rest$NEWLINE}$MARK
auto $card
iface $card inet static
	address $address
	netmask $netmask${gateway:+
	gateway $gateway}${servers:+
	dns-nameservers $servers}"
}

has_any() {
  for path in "$@"; do
    if [ -e "$path" ] || [ -h "$path" ]; then return 0; fi
  done
  return 1
}

names_card() {
  grep -q "^[[:space:]]*iface[[:space:]][[:space:]]*${card}[[:space:]]" "$ROOT"/etc/network/interfaces \
    "$ROOT"/etc/network/interfaces.d/* 2>/dev/null
}

# Each system has one of them that counts.
set_files() {
  if has_any "$ROOT"/etc/sysconfig/network-scripts/ifup-eth "$ROOT"/usr/lib*/NetworkManager/*/*ifcfg-rh* \
    "$ROOT"/usr/lib*/NetworkManager/*ifcfg-rh*; then
    set_ifcfg
  elif [ -d "$ROOT/etc/sysconfig/network" ]; then
    set_suse
  elif [ -f "$ROOT/etc/network/interfaces" ] && names_card; then
    set_ifupdown
  elif has_any "$ROOT"/etc/systemd/system/*.wants/systemd-networkd.service; then
    set_networkd
  elif [ -d "$ROOT/etc/NetworkManager/system-connections" ]; then
    set_manager
  elif [ -f "$ROOT/etc/network/interfaces" ]; then
    set_ifupdown
  elif [ -d "$ROOT/etc/systemd/network" ]; then
    set_networkd
  else
    fail 'no known program sets up the network of this system'
    return 1
  fi
}

set_address() {
  [ -n "$address" ] || return 0
  find_card
  is_changed=no
  set_files || return 1
  say "$card has the address $address/$prefix"
  if [ $is_live = no ] || [ $is_changed = no ]; then return 0; fi
  if ! ip address show dev "$card" 2>/dev/null | grep -q "inet $address/"; then
    if ! ip address add "$address/$prefix" dev "$card" || ! ip link set "$card" up; then
      fail "$card could not be set up"
    fi
  fi
  [ -z "$gateway" ] || ip route replace default via "$gateway" dev "$card" || fail 'the gateway could not be set'
}

# A link is of a program that keeps the file itself, and has got the servers with the address.
set_servers() {
  [ -n "$servers" ] || return 0
  [ ! -h "$ROOT/etc/resolv.conf" ] || return 0
  put "$ROOT/etc/resolv.conf" "$MARK
$(each_server 'nameserver ')"
}

[ "${1-}" = --live ] && is_live=yes
if ! open_disc; then
  say "no disc with $CONF is there"
  exit 0
fi
trap close_disc EXIT
read_conf "$DISC/$CONF" || fail "$CONF could not be read"
close_disc
set_host
set_password
set_address
set_servers
[ "$failures" -eq 0 ]
