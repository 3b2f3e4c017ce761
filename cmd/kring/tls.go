package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"kring/internal/clock"
)

// tlsSettings say how the service speaks TLS by itself: with a certificate in files, or with one that it gets over ACME
// (RFC 8555). The zero value speaks plain HTTP, which is for whoever has a proxy in front.
type tlsSettings struct {
	cert string // PEM file, the service's own certificate first
	key  string // PEM file

	acme      bool   // instead of files
	host      string // the public URL's: the one name that a certificate is asked for
	directory string // https address of the authority's directory; empty: Let's Encrypt
	email     string // whom the authority may write to; may be empty
	cache     string // folder for account key and certificates, made when needed
}

// serves says whether the service speaks TLS by itself.
func (t tlsSettings) serves() bool { return t.acme || t.cert != "" }

// wrap answers a listener that speaks TLS as the settings say, HTTP/2 included, or the same one when they say nothing. It
// is to be handed to http.Server.Serve as it is: the server bounds the handshake by its ReadHeaderTimeout and answers
// 400 to plain HTTP. With ACME it begins at once to get a certificate, which takes the listener being served.
func (t tlsSettings) wrap(listener net.Listener, c *clock.Clock, log *slog.Logger) (net.Listener, error) {
	switch {
	case !t.serves():
		return listener, nil
	case t.acme:
		a := newAuthority(t, c, log)
		go a.warm()
		return tls.NewListener(listener, a.config()), nil
	}
	files := &certificateFiles{certFile: t.cert, keyFile: t.key, clock: c, log: log}
	if err := files.open(); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return tls.NewListener(listener, &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: files.certificate,
	}), nil
}

// lookEvery is how often the certificate files are looked at, and how often a failing authority is told of.
const lookEvery = time.Minute

// certificateFiles hold a certificate and follow its files, so that whoever renews them needs to tell nobody. It may be
// used from several goroutines.
type certificateFiles struct {
	certFile, keyFile string
	clock             *clock.Clock
	log               *slog.Logger

	mu       sync.Mutex
	held     *tls.Certificate
	stamp    string // of the files when they were last read, broken or not
	lookedAt time.Time
}

// open reads the files for the first time.
func (f *certificateFiles) open() error {
	f.lookedAt, f.stamp = f.clock.Machine(), f.stamped()
	read, err := tls.LoadX509KeyPair(f.certFile, f.keyFile)
	f.held = &read
	return err
}

// certificate answers what a handshake needs. At most once a minute it looks whether the files changed. New files that
// are no pair are told of, once, and the old certificate stays: half of a renewal may be written yet.
func (f *certificateFiles) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.clock.Machine()
	if now.Sub(f.lookedAt) < lookEvery {
		return f.held, nil
	}
	f.lookedAt = now
	stamp := f.stamped()
	if stamp == f.stamp {
		return f.held, nil
	}
	f.stamp = stamp
	read, err := tls.LoadX509KeyPair(f.certFile, f.keyFile)
	if err != nil {
		f.log.Error("the new certificate files are not used", "error", err)
		return f.held, nil
	}
	f.held = &read
	f.log.Info("new certificate", "until", read.Leaf.NotAfter)
	return f.held, nil
}

// stamped says how the files look from outside: time and size of each.
func (f *certificateFiles) stamped() (stamp string) {
	for _, name := range []string{f.certFile, f.keyFile} {
		if info, err := os.Stat(name); err == nil {
			stamp += fmt.Sprint(info.ModTime().UnixNano(), info.Size(), " ")
		}
	}
	return stamp
}

// authority gets the certificate of one host over ACME and renews it. It proves the host by TLS-ALPN-01 (RFC 8737) on
// the port that it listens on, so that no second port has to be open.
type authority struct {
	manager *autocert.Manager
	host    string
	clock   *clock.Clock
	log     *slog.Logger

	mu     sync.Mutex
	toldAt time.Time
}

func newAuthority(t tlsSettings, c *clock.Clock, log *slog.Logger) *authority {
	m := &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(t.cache), HostPolicy: autocert.HostWhitelist(t.host), Email: t.email,
	}
	if t.directory != "" {
		m.Client = &acme.Client{DirectoryURL: t.directory}
	}
	return &authority{manager: m, host: t.host, clock: c, log: log}
}

func (a *authority) config() *tls.Config {
	config := a.manager.TLSConfig()
	config.MinVersion, config.GetCertificate = tls.VersionTLS12, a.certificate
	return config
}

// certificate is the manager's, with failures for our own host told to the operator. What strangers ask for by other
// names is their own affair.
func (a *authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	got, err := a.manager.GetCertificate(hello)
	if err != nil && strings.EqualFold(strings.TrimSuffix(hello.ServerName, "."), a.host) && a.tellNow() {
		a.log.Error("no certificate", "host", a.host, "error", err)
	}
	return got, err
}

// tellNow says whether it is time to tell of a failure again.
func (a *authority) tellNow() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clock.Machine()
	if !a.toldAt.IsZero() && now.Sub(a.toldAt) < lookEvery {
		return false
	}
	a.toldAt = now
	return true
}

// warm gets the certificate as a first visitor would, so that none waits for it, and has its renewal planned.
func (a *authority) warm() {
	got, err := a.certificate(&tls.ClientHelloInfo{
		ServerName: a.host, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
	})
	if err == nil && got.Leaf != nil {
		a.log.Info("certificate", "host", a.host, "until", got.Leaf.NotAfter)
	}
}
