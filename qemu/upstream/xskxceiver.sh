# SPDX-License-Identifier: GPL-2.0-only
# In the guest: runs the kernel's xskxceiver between NETIF and REMOTE_NETIF, in one netns,
# in the mode that is the argument. Each of its tests runs in a process of its own, as
# one that finds an error of the system ends the process.
#
# One test is not run: in generic XDP, bpf_xdp_adjust_tail() of 7.3 gives pages of a page_pool
# back as if they were none ("BUG: Bad page state ... page_pool leak"), with any driver. The
# tests after it would run in a guest with broken memory.
set -u

# For the cases with unaligned frames.
sysctl -qw vm.nr_hugepages=128
ip -n "$REMOTE_ARGS" link set "$REMOTE_NETIF" netns $$
sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=1
ip addr flush dev "$NETIF"
ip link set "$REMOTE_NETIF" up
for interface in "$NETIF" "$REMOTE_NETIF"; do
	# Its frames go to an address that is a multicast one, and not the interface's.
	ip link set "$interface" promisc on
done

# A test leaves the MTU and the rings as it has changed them. Long rings hold what the sender
# sends before the receiver has looked. Not every device can change its rings. The link goes
# down for a moment with either.
prepare() {
	local interface rings
	for interface in "$NETIF" "$REMOTE_NETIF"; do
		ip link set "$interface" mtu 1500
		rings=$(ethtool -g "$interface" | sed -n '0,/^RX:/s/^RX:[[:space:]]*//p')
		ethtool -G "$interface" rx "$rings" tx "$rings"
	done
	for interface in "$NETIF" "$REMOTE_NETIF"; do
		until [ "$(cat "/sys/class/net/$interface/carrier")" = 1 ]; do
			sleep 0.1
		done
	done
}

./xskxceiver -l | sed -n 's/^\([0-9]*\): \(.*\)/\1 \2/p' | while read -r number name; do
	echo "# $name"
	if [ "$1 $name" = "skb XDP_ADJUST_TAIL_SHRINK_MULTI_BUFF" ]; then
		echo "ok 1 # SKIP SKIP: SKB $name"
		continue
	fi
	prepare > /dev/null 2>&1
	timeout -k 5 60 ./xskxceiver -i "$NETIF" -i "$REMOTE_NETIF" -m "$1" -t "$number" < /dev/null 2>&1
	echo "# it ended with status $?"
done
