// Command acme-authority is the ACME authority (RFC 8555) that Kring's tests get certificates from: Pebble of Let's
// Encrypt, put together as its own program puts it, but listening on a loopback port that the kernel chooses. It refuses to be used
// for anything else: its keys are made at its start and gone at its end.
//
//	acme-authority -folder /tmp/authority
//
// It writes directory.pem (what to trust as the directory's certificate) and root.pem (what to trust as the root of the
// certificates given) into the folder and prints the directory's address. Then it reads one line from standard input,
// the port at which hosts prove by TLS-ALPN-01 that they are who they say, and answers; requests that came before
// wait. Every name is at 127.0.0.1. It ends when its standard input does.
package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
)

func main() {
	folder := flag.String("folder", "", "where the certificates to trust are written")
	flag.Parse()
	if err := run(*folder); err != nil {
		fmt.Fprintln(os.Stderr, "acme-authority:", err)
		os.Exit(1)
	}
}

func run(folder string) error {
	certificate, err := own()
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	names, err := serveNames()
	if err != nil {
		return err
	}
	quiet := log.New(os.Stderr, "acme-authority: ", 0)
	if os.Getenv("ACME_AUTHORITY_TALKS") == "" {
		quiet.SetOutput(io.Discard)
	}
	store := db.NewMemoryStore()
	roots := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "90 days", ValidityPeriod: 90 * 24 * 3600}})
	if err := write(folder, "root.pem", roots.GetRootCert(0).PEM()); err != nil {
		return err
	}
	directory := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	if err := write(folder, "directory.pem", directory); err != nil {
		return err
	}
	fmt.Printf("https://%s%s\n", listener.Addr(), wfe.DirectoryPath)

	in := bufio.NewReader(os.Stdin)
	line, err := in.ReadString('\n')
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return err
	}
	os.Setenv("PEBBLE_VA_NOSLEEP", "1") // it would dawdle on purpose
	validation := va.New(quiet, 0, port, true, names, store)
	front := wfe.New(quiet, store, validation, roots, []string{"acme.example"}, true, false, 1, 1)
	server := &http.Server{Handler: front.Handler(), ErrorLog: quiet, ReadHeaderTimeout: time.Minute}
	go func() {
		_, _ = io.Copy(io.Discard, in) // whoever started us is gone
		_ = server.Close()
	}()
	err = server.Serve(tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}}))
	if err == http.ErrServerClosed {
		return nil
	}
	return err
}

// own makes the directory's certificate.
func own() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	draft := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	made, err := x509.CreateCertificate(rand.Reader, draft, draft, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{made}, PrivateKey: key}, err
}

func write(folder, name string, content []byte) error {
	return os.WriteFile(filepath.Join(folder, name), content, 0o600)
}

// serveNames answers where the names are asked for (TCP, as Pebble asks).
func serveNames() (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &dns.Server{Listener: listener, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, asked *dns.Msg) {
		answer := new(dns.Msg).SetReply(asked)
		for _, q := range asked.Question {
			if q.Qtype == dns.TypeA {
				answer.Answer = append(answer.Answer, &dns.A{
					Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.IPv4(127, 0, 0, 1),
				})
			}
		}
		_ = w.WriteMsg(answer)
	})}
	go func() { _ = server.ActivateAndServe() }()
	return listener.Addr().String(), nil
}
