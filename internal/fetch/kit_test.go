package fetch

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// The network of the tests: one address that plays a public one, and one that stays inside.
const (
	outside = "127.0.0.2"
	inside  = "127.0.0.1"
)

// elsewhere answers handler by TLS at an address of this machine, and answers its port and whom its certificate is from.
func elsewhere(t *testing.T, address string, handler http.HandlerFunc) (port string, roots *x509.CertPool) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler) // its certificate is for example.com
	server.Listener.Close()
	server.Listener = listener
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	t.Cleanup(server.Close)
	roots = x509.NewCertPool()
	roots.AddCert(server.Certificate())
	_, port, err = net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, roots
}

// client trusts roots and connects to the outside only. Every name there is leads to the addresses that names gives, one
// after the other at each look-up, the last one for good.
func client(t *testing.T, roots *x509.CertPool, names ...string) *Client {
	t.Helper()
	return New(options(t, roots, names...))
}

func options(t *testing.T, roots *x509.CertPool, names ...string) Options {
	t.Helper()
	if len(names) == 0 {
		names = []string{outside}
	}
	return Options{
		Agent: "Kring (test)", Roots: roots, Resolver: resolver(t, names),
		Allow: func(a netip.Addr) bool { return a == netip.MustParseAddr(outside) },
	}
}

// resolver asks a name server of ours.
func resolver(t *testing.T, names []string) *net.Resolver {
	t.Helper()
	server, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	z := &zone{addresses: names}
	go z.serve(server)
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// zone knows one host by every name.
type zone struct {
	mu        sync.Mutex
	addresses []string
}

func (z *zone) serve(conn net.PacketConn) {
	packet := make([]byte, 512)
	for {
		n, from, err := conn.ReadFrom(packet)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(packet[:n]) != nil {
			continue
		}
		m.Response, m.Additionals = true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 0},
				Body:   &dnsmessage.AResource{A: netip.MustParseAddr(z.next()).As4()},
			}}
		}
		if answer, err := m.Pack(); err == nil {
			_, _ = conn.WriteTo(answer, from)
		}
	}
}

func (z *zone) next() string {
	z.mu.Lock()
	defer z.mu.Unlock()
	first := z.addresses[0]
	if len(z.addresses) > 1 {
		z.addresses = z.addresses[1:]
	}
	return first
}
