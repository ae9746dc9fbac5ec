# SPDX-License-Identifier: GPL-2.0-only
# In the guest: mounts configfs, as a running system does, which netconsole wants; gives
# NETIF and REMOTE_NETIF their addresses, the latter in the netns REMOTE_ARGS, as the
# kernel's tools/testing/selftests/drivers/net/README.rst has it.
set -e

modprobe configfs
mount -t configfs configfs /sys/kernel/config
sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=0
ip netns add "$REMOTE_ARGS"
ip link set "$REMOTE_NETIF" netns "$REMOTE_ARGS"
ip -n "$REMOTE_ARGS" link set lo up

# up NETNS INTERFACE V4 V6
up() {
	ip netns exec "$1" sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=0
	ip -n "$1" link set "$2" up
	ip -n "$1" addr add "$3/24" dev "$2"
	ip -n "$1" addr add "$4/64" dev "$2" nodad
}
ip netns attach here $$
up here "$NETIF" "$LOCAL_V4" "$LOCAL_V6"
up "$REMOTE_ARGS" "$REMOTE_NETIF" "$REMOTE_V4" "$REMOTE_V6"
ip netns del here

# IPv6 joins its groups meanwhile, and QEMU's e1000 receives nothing for a second after its
# filters have changed. So all pings of two seconds have to be answered.
for _ in {1..30}; do
	[ -n "$(ip -6 addr show tentative)$(ip -n "$REMOTE_ARGS" -6 addr show tentative)" ] ||
		[[ $(ping -q -c 5 -i 0.5 -W 0.4 "$REMOTE_V4") != *" 5 received"* ]] || exit 0
	sleep 0.2
done
echo "$REMOTE_V4 does not answer"
ip addr
exit 1
