# SPDX-License-Identifier: GPL-2.0-only
# In the guest: runs the kernel's xdp_features for each feature on NETIF, with the tester
# on REMOTE_NETIF, as its test_xdp_features.sh does on a pair of veth. It passes if the
# tester has seen the feature, and the driver says that it has it.
set -u

wait_for_service() {
	for _ in {1..100}; do
		[ -z "$(ss -Hltn 'sport = :12345')" ] || return 0
		sleep 0.1
	done
}

features=(PASS DROP ABORTED TX REDIRECT NDO_XMIT)
echo "1..${#features[@]}"
number=0
for feature in "${features[@]}"; do
	number=$((number + 1))
	./xdp_features -f "XDP_$feature" -D "$LOCAL_V6" -T "$REMOTE_V6" "$NETIF" &
	wait_for_service
	found=$(ip netns exec "$REMOTE_ARGS" ./xdp_features -t -f "XDP_$feature" \
		-D "$LOCAL_V6" -C "$LOCAL_V6" -T "$REMOTE_V6" "$REMOTE_NETIF" 2>&1 |
		sed 's/\x1b\[[0-9;]*m//g')
	kill $! 2> /dev/null
	wait
	sed 's/^/# /' <<< "$found"
	result="not ok"
	[[ $found != *"[DETECTED][ADVERTISED]"* ]] || result=ok
	echo "$result $number XDP_$feature"
done
