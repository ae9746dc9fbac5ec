# SPDX-License-Identifier: GPL-2.0-only
# In the guest: runs the kernel's xskxceiver between NETIF and REMOTE_NETIF, in one netns,
# in the mode that is the argument. Each of its tests runs in a process of its own, as
# one that finds an error of the system ends the process.
set -u

# For the cases with unaligned frames.
sysctl -qw vm.nr_hugepages=128
ip -n "$REMOTE_ARGS" link set "$REMOTE_NETIF" netns $$
sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=1
ip addr flush dev "$NETIF"
ip link set "$REMOTE_NETIF" up
for interface in "$NETIF" "$REMOTE_NETIF"; do
	until [ "$(cat "/sys/class/net/$interface/operstate")" = up ]; do
		sleep 0.1
	done
done

./xskxceiver -l | sed -n 's/^\([0-9]*\): \(.*\)/\1 \2/p' | while read -r number name; do
	echo "# $name"
	timeout -k 5 60 ./xskxceiver -i "$NETIF" -i "$REMOTE_NETIF" -m "$1" -t "$number" < /dev/null 2>&1
	echo "# it ended with status $?"
done
