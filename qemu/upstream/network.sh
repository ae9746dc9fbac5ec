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

for _ in {1..60}; do
	! ping -q -c 1 -W 1 "$REMOTE_V4" > /dev/null || exit 0
done
echo "$REMOTE_V4 does not answer"
ip addr
exit 1
