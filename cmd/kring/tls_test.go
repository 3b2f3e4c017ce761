package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/clock"
	"kring/internal/testkit"
)

// tlsHost is whom the certificates of the tests are for.
const tlsHost = "kring.example.org"

// certificates are two files, as an operator has them, with a self-signed certificate that can be renewed.
type certificates struct {
	t       *testing.T
	settled tlsSettings
	roots   *x509.CertPool
	writes  int
}

func newCertificates(t *testing.T) *certificates {
	folder := t.TempDir()
	c := &certificates{
		t: t, roots: x509.NewCertPool(),
		settled: tlsSettings{cert: filepath.Join(folder, "cert.pem"), key: filepath.Join(folder, "key.pem")},
	}
	c.renew(1)
	return c
}

// renew writes a new certificate with a serial number, and its key.
func (c *certificates) renew(serial int64) {
	c.t.Helper()
	cert, key := c.made(serial)
	c.write(c.settled.cert, cert)
	c.write(c.settled.key, key)
}

func (c *certificates) made(serial int64) (cert, key []byte) {
	c.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	draft := &x509.Certificate{
		SerialNumber: big.NewInt(serial), DNSNames: []string{tlsHost}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	raw, err := x509.CreateCertificate(rand.Reader, draft, draft, private.Public(), private)
	if err != nil {
		c.t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		c.t.Fatal(err)
	}
	cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
	c.roots.AppendCertsFromPEM(cert)
	return cert, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
}

// write writes a file; its time is another than that of every write before, however fast they follow.
func (c *certificates) write(name string, content []byte) {
	c.t.Helper()
	c.writes++
	at := time.Date(2026, 1, 1, 0, 0, c.writes, 0, time.UTC)
	if err := errors.Join(os.WriteFile(name, content, 0o600), os.Chtimes(name, at, at)); err != nil {
		c.t.Fatal(err)
	}
}

// pipes is a listener in memory, so that virtual time passes while somebody waits for a connection.
type pipes struct {
	calls  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{calls: make(chan net.Conn), closed: make(chan struct{})} }

// Accept waits for a call.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.calls:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close takes no more calls.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr is nowhere.
func (*pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "unix"} }

func (p *pipes) call() net.Conn {
	ours, theirs := net.Pipe()
	p.calls <- theirs
	return ours
}

// encrypted is a server that speaks TLS over pipes, in a bubble.
type encrypted struct {
	*certificates
	pipes *pipes
	log   *bytes.Buffer
}

// serveEncrypted runs fn beside a server with the certificates, in virtual time.
func serveEncrypted(t *testing.T, fn func(t *testing.T, e *encrypted)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e := &encrypted{certificates: newCertificates(t), pipes: newPipes(), log: &bytes.Buffer{}}
		log := slog.New(slog.NewTextHandler(&lockedWriter{to: e.log}, nil))
		listener, err := e.settled.wrap(e.pipes, clock.System(), log)
		if err != nil {
			t.Fatal(err)
		}
		server := newServer(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.Proto)
		}), slog.New(slog.DiscardHandler), usually())
		ended := make(chan error, 1)
		go func() { ended <- server.Serve(listener) }()
		fn(t, e)
		if err := errors.Join(server.Close(), <-ended); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

// greet shakes hands and answers what was agreed on.
func (e *encrypted) greet(config *tls.Config) (tls.ConnectionState, error) {
	conn := e.pipes.call()
	defer conn.Close()
	if config.RootCAs == nil {
		config.RootCAs = e.roots
	}
	client := tls.Client(conn, config)
	err := client.HandshakeContext(e.t.Context())
	return client.ConnectionState(), err
}

// shows holds which certificate is shown.
func (e *encrypted) shows(serial int64) {
	e.t.Helper()
	state, err := e.greet(&tls.Config{ServerName: tlsHost})
	if err != nil {
		e.t.Fatal(err)
	}
	if got := state.PeerCertificates[0].SerialNumber.Int64(); got != serial {
		e.t.Errorf("certificate %d is shown, not %d", got, serial)
	}
}

func TestTLSFromFiles(t *testing.T) {
	serveEncrypted(t, func(t *testing.T, e *encrypted) {
		state, err := e.greet(&tls.Config{ServerName: tlsHost, NextProtos: []string{"h2", "http/1.1"}})
		if err != nil || state.Version != tls.VersionTLS13 || state.NegotiatedProtocol != "h2" {
			t.Errorf("version %x, %q, %v", state.Version, state.NegotiatedProtocol, err)
		}
		if _, err := e.greet(&tls.Config{ServerName: tlsHost, MaxVersion: tls.VersionTLS12}); err != nil {
			t.Error(err)
		}
		if _, err := e.greet(&tls.Config{ServerName: tlsHost, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}); err == nil {
			t.Error("TLS 1.1 is spoken")
		}
		wrong := x509.HostnameError{}
		if _, err := e.greet(&tls.Config{ServerName: "other.example.org"}); !errors.As(err, &wrong) {
			t.Errorf("somebody who wants another host hears %v", err)
		}
	})
}

// Certificates are renewed beside the running service: it looks at most once a minute, and takes nothing that is broken.
func TestCertificateFilesAreFollowed(t *testing.T) {
	serveEncrypted(t, func(t *testing.T, e *encrypted) {
		e.shows(1)
		e.renew(2)
		sleep(time.Minute - time.Millisecond)
		e.shows(1)
		sleep(time.Millisecond)
		e.shows(2)

		cert, key := e.made(3)
		e.write(e.settled.cert, cert) // half of a renewal: the key is the old one
		sleep(time.Minute)
		e.shows(2)
		e.write(e.settled.key, key)
		sleep(time.Minute)
		e.shows(3)

		e.write(e.settled.cert, []byte("this is no certificate"))
		for range 3 {
			sleep(time.Minute)
			e.shows(3)
		}
		if err := os.Remove(e.settled.key); err != nil {
			t.Fatal(err)
		}
		sleep(time.Minute)
		e.shows(3)
		e.renew(4)
		sleep(time.Minute)
		e.shows(4)

		if log := e.log.String(); strings.Count(log, "level=ERROR") != 3 || strings.Count(log, `msg="new certificate"`) != 3 {
			t.Errorf("the log says\n%s", log)
		}
	})
}

// Whoever takes too long over greeting, or over saying what they want, is cut off, however busily they go on.
func TestSlowClientsAreCutOffUnderTLS(t *testing.T) {
	serveEncrypted(t, func(t *testing.T, e *encrypted) {
		began := clock.System().Machine()
		silent := e.pipes.call()
		defer silent.Close()
		if _, err := silent.Read(make([]byte, 1)); err == nil {
			t.Error("somebody silent was answered")
		}
		if took := clock.System().Machine().Sub(began); took != usually().header {
			t.Errorf("somebody silent was cut off after %s", took)
		}

		conn := e.pipes.call()
		defer conn.Close()
		client := tls.Client(conn, &tls.Config{ServerName: tlsHost, RootCAs: e.roots})
		if err := client.HandshakeContext(t.Context()); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.Copy(io.Discard, client) }()
		began = clock.System().Machine()
		for _, b := range []byte("GET /healthz HTTP/1.1\r\nHost: " + tlsHost + "\r\nX-Long: " + strings.Repeat("x", 1000)) {
			if _, err := client.Write([]byte{b}); err != nil {
				break
			}
			sleep(time.Second)
		}
		if took := clock.System().Machine().Sub(began); took < usually().header || took > usually().header+2*time.Second {
			t.Errorf("who sent a byte a second was cut off after %s", took)
		}
	})
}

// The whole program: pages by TLS, and 400 for who comes without.
func TestServingTLS(t *testing.T) {
	c := newCertificates(t)
	r := serving(t, settingsFor(testkit.SQLite(t), "KRING_PUBLIC_URL=https://"+tlsHost,
		"KRING_TLS_CERT="+c.settled.cert, "KRING_TLS_KEY="+c.settled.key)...)
	if status, body := r.get("/healthz"); status != http.StatusBadRequest || !strings.Contains(body, "HTTPS") {
		t.Errorf("who comes by plain HTTP hears %d %s", status, body)
	}
	answer, err := visitor(r, c.roots).Get("https://" + tlsHost + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 || answer.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s %s, %v", answer.Proto, answer.Status, answer.Header)
	}
}

// visitor is a client who finds the host at the program, whatever it is called.
func visitor(r *running, roots *x509.CertPool) *http.Client {
	address := strings.TrimPrefix(r.url, "http://")
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}}
}
