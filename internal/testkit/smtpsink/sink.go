package smtpsink

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"kring/internal/mail/catcher"
)

// Options make the server stricter. The zero value is an open relay without TLS.
type Options struct {
	StartTLS    bool // offer STARTTLS with a certificate made for this test
	ImplicitTLS bool // TLS from the first byte
	Username    string
	Password    string // with Username: AUTH PLAIN is needed
	Discard     bool   // count mails and drop them, for benchmarks
}

// Sink is the running server. All of its methods may be called from any goroutine.
type Sink struct {
	*catcher.Box
	options  Options
	server   *smtp.Server
	listener net.Listener
	caFile   string

	mu      sync.Mutex
	scripts []*script
	known   map[*smtp.Conn]bool // every connection there was
	open    map[*smtp.Conn]bool
}

// Start runs an open server until the test ends.
func Start(t testing.TB) *Sink { return StartWith(t, Options{}) }

// StartWith runs a server until the test ends.
func StartWith(t testing.TB, options Options) *Sink {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen for mail: %v", err)
	}
	s := &Sink{Box: catcher.NewBox(0), options: options, listener: listener,
		known: map[*smtp.Conn]bool{}, open: map[*smtp.Conn]bool{}}
	s.server = catcher.NewServer(smtp.BackendFunc(s.session))
	s.server.AllowInsecureAuth = true
	if options.StartTLS || options.ImplicitTLS {
		certificate, caFile := selfMade(t)
		s.caFile = caFile
		s.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	}
	if options.ImplicitTLS {
		listener = tls.NewListener(listener, s.server.TLSConfig)
	}
	served := make(chan struct{})
	go func() { defer close(served); _ = s.server.Serve(listener) }()
	t.Cleanup(func() { s.Stop(); <-served })
	return s
}

// URL is the server as mail.ParseURL reads it, with user, password and certificate as the options say.
func (s *Sink) URL() string {
	u := url.URL{Scheme: "smtp", Host: s.listener.Addr().String()}
	query := url.Values{}
	switch {
	case s.options.ImplicitTLS:
		u.Scheme = "smtps"
	case !s.options.StartTLS:
		query.Set("starttls", "none")
	}
	if s.caFile != "" {
		query.Set("ca", s.caFile)
	}
	if s.options.Username != "" {
		u.User = url.UserPassword(s.options.Username, s.options.Password)
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// Address is host and port, for a client of one's own.
func (s *Sink) Address() string { return s.listener.Addr().String() }

// Stop ends the server and all its connections: from now on nobody answers.
func (s *Sink) Stop() {
	_ = s.server.Close()   // its error is that it was closed before
	_ = s.listener.Close() // the server does not know it yet when it is stopped at once
}

// HangUp closes the connections that are open, as a server does with idle ones.
func (s *Sink) HangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.open {
		_ = conn.Conn().Close()
	}
}

// Dials counts the connections that were opened so far.
func (s *Sink) Dials() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.known)
}

// patience bounds waiting for mails that never come; what comes is answered at once.
const patience = 20 * time.Second

// Await answers the mails as soon as n have come in, and fails the test when they do not come.
func (s *Sink) Await(t testing.TB, n int) []catcher.Mail {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	if err := s.Wait(ctx, n); err != nil {
		t.Fatalf("waiting for %d mails, %d came: %v", n, s.Taken(), err)
	}
	return s.Mails()
}
