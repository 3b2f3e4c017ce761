package fetch

import (
	"crypto/x509"
	"net/http"
	"testing"

	"kring/internal/testkit/elsewhere"
)

const inside, outside = elsewhere.Inside, elsewhere.Outside

func serve(t *testing.T, address string, handler http.HandlerFunc) (port string, roots *x509.CertPool) {
	t.Helper()
	return elsewhere.Serve(t, address, handler)
}

// client trusts roots and connects to the outside only, which is where every name leads unless addresses are given.
func client(t *testing.T, roots *x509.CertPool, addresses ...string) *Client {
	t.Helper()
	return New(options(t, roots, addresses...))
}

func options(t *testing.T, roots *x509.CertPool, addresses ...string) Options {
	t.Helper()
	if len(addresses) == 0 {
		addresses = []string{outside}
	}
	return Options{Agent: "Kring (test)", Roots: roots, Resolver: elsewhere.Names(t, addresses...), Allow: elsewhere.Allowed}
}
