// Package elsewhere plays the rest of the world to what fetches from there: servers that speak TLS, and a name server.
package elsewhere

import (
	"context"
	"crypto/x509"
	"io"
	"log"
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
	Outside = "127.0.0.2"
	Inside  = "127.0.0.1"
)

// Allowed is whom a client may connect to in this network.
func Allowed(a netip.Addr) bool { return a == netip.MustParseAddr(Outside) }

// Serve answers by TLS at an address of this network, as example.com, and answers its port and whose certificates to trust.
func Serve(t testing.TB, address string, handler http.HandlerFunc) (port string, roots *x509.CertPool) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler) // its certificate is for example.com
	server.Listener.Close()
	server.Listener = listener
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
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

// Names asks a name server for which every name leads to the addresses given, one after the other at each look-up, the last
// one for good.
func Names(t testing.TB, addresses ...string) *net.Resolver {
	t.Helper()
	server, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	z := &zone{addresses: addresses}
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
