package limit

import "net/netip"

// What is handed out to one household or office as a whole: the last byte of IPv4; of IPv6 a /56, as providers are told
// to (RIPE 690), so that nobody walks through addresses of her own.
const (
	bitsOf4 = 24
	bitsOf6 = 56
)

// nowhere is the network of what is no address: counted together.
const nowhere = "unknown"

// Network answers the network that an IP address belongs to: what is counted together (/24 of IPv4, /56 of IPv6), such as
// "192.0.2.0/24". An IPv4 address written as IPv6 (::ffff:192.0.2.1) is IPv4; a zone (fe80::1%eth0) does not count. What is
// no address is one network.
func Network(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return nowhere
	}
	address = address.Unmap().WithZone("")
	bits := bitsOf6
	if address.Is4() {
		bits = bitsOf4
	}
	network, err := address.Prefix(bits)
	if err != nil {
		return nowhere
	}
	return network.String()
}
