package fetch

import "net/netip"

// Public says whether an address is one of a host that everybody can reach: not of a private network, of this machine, of
// a provider's inside, of a group, of documentation, or set aside (RFC 6890 and the registries of special addresses of
// IANA). An address of IPv4 that is written as one of IPv6, or reached by NAT64, is judged as what it is.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if embedded, is := nat64(a); is {
		a = embedded
	}
	if !a.IsValid() || a.Zone() != "" || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	if a.Is6() && !netip.PrefixFrom(sixPublic, 3).Contains(a) {
		return false
	}
	for _, p := range setAside() {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// sixPublic begins the one eighth of IPv6 that is given to hosts.
var sixPublic = netip.AddrFrom16([16]byte{0x20})

// setAside are the ranges among those of hosts that are none, beyond what [netip.Addr] knows.
func setAside() []netip.Prefix {
	four := func(a, b, c, d byte, bits int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{a, b, c, d}), bits)
	}
	six := func(bits int, start ...byte) netip.Prefix {
		var a [16]byte
		copy(a[:], start)
		return netip.PrefixFrom(netip.AddrFrom16(a), bits)
	}
	return []netip.Prefix{
		four(0, 0, 0, 0, 8),       // this network (RFC 791)
		four(100, 64, 0, 0, 10),   // between a provider and its customers (RFC 6598)
		four(192, 0, 0, 0, 24),    // protocols (RFC 6890)
		four(192, 0, 2, 0, 24),    // documentation (RFC 5737)
		four(192, 31, 196, 0, 24), // AS112 (RFC 7535)
		four(192, 52, 193, 0, 24), // AMT (RFC 7450)
		four(192, 88, 99, 0, 24),  // relays of 6to4 (RFC 7526)
		four(192, 175, 48, 0, 24), // AS112 (RFC 7534)
		four(198, 18, 0, 0, 15),   // measuring (RFC 2544)
		four(198, 51, 100, 0, 24), // documentation (RFC 5737)
		four(203, 0, 113, 0, 24),  // documentation (RFC 5737)
		four(240, 0, 0, 0, 4),     // kept for later (RFC 1112), and everybody (RFC 919)

		six(23, 0x20, 0x01),                         // protocols, with Teredo, which hides an address of IPv4 (RFC 2928, RFC 4380)
		six(32, 0x20, 0x01, 0x0d, 0xb8),             // documentation (RFC 3849)
		six(16, 0x20, 0x02),                         // 6to4, which hides an address of IPv4 (RFC 3056)
		six(48, 0x26, 0x20, 0x00, 0x4f, 0x80, 0x00), // AS112 (RFC 7534)
		six(20, 0x3f, 0xff),                         // documentation (RFC 9637)
	}
}

// nat64 is the address of IPv4 that one of IPv6 stands for, where a network translates by the well-known prefix
// (RFC 6052).
func nat64(a netip.Addr) (netip.Addr, bool) {
	wellKnown := netip.PrefixFrom(netip.AddrFrom16([16]byte{0x00, 0x64, 0xff, 0x9b}), 96)
	if !wellKnown.Contains(a) {
		return a, false
	}
	raw := a.As16()
	return netip.AddrFrom4([4]byte(raw[12:])), true
}
