package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
)

// TLS says when a connection to the server is encrypted.
type TLS string

// The three rules for STARTTLS, and TLS from the first byte (smtps).
const (
	TLSRequired TLS = "required" // STARTTLS, or no mail
	TLSOptional TLS = "optional" // STARTTLS if offered: an attacker on the way can switch it off
	TLSNone     TLS = "none"     // loopback only
	TLSImplicit TLS = "implicit"
)

// maxConnections is more than relays grant to one sender.
const maxConnections = 64

// Server is where mails are handed over, as [ParseURL] read it.
type Server struct {
	Host        string
	Port        int
	TLS         TLS
	Connections int // held at once while there is much to send; at least 1

	username string
	password secret
	roots    *x509.CertPool // nil: those of the system
}

// ParseURL reads an address such as
//
//	smtp://user:password@relay.example.org:587?starttls=required&connections=4
//	smtps://user:password@relay.example.org
//
// starttls is required (the default), optional or none; none is for loopback only. smtps speaks TLS
// from the first byte. Ports default to 587 and 465. ca names a PEM file with the certificates to
// trust instead of the system's. The errors name what is wrong and never repeat the address, which
// may hold a password.
func ParseURL(raw string) (Server, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Server{}, errors.New("the SMTP address is not a URL (are special characters in the password percent-encoded?)")
	}
	server := Server{Host: u.Hostname(), Connections: 1, username: u.User.Username()}
	password, _ := u.User.Password()
	server.password = keep(password)
	options := u.Query()
	return server, errors.Join(
		server.readScheme(u, options),
		server.readPort(u),
		server.readConnections(options),
		server.readRoots(options),
		checkAddress(u, options),
	)
}

func checkAddress(u *url.URL, options url.Values) error {
	var faults []error
	if u.Hostname() == "" {
		faults = append(faults, errors.New("the SMTP address names no host"))
	}
	if u.Path != "" && u.Path != "/" || u.Fragment != "" {
		faults = append(faults, errors.New("the SMTP address has a path or fragment; it takes none"))
	}
	for name, values := range options {
		switch {
		case name != "starttls" && name != "connections" && name != "ca":
			faults = append(faults, errors.New("the SMTP address has an option other than starttls, connections and ca"))
		case len(values) > 1:
			faults = append(faults, fmt.Errorf("the SMTP address says %s more than once", name))
		}
	}
	return errors.Join(faults...)
}

func (s *Server) readScheme(u *url.URL, options url.Values) error {
	s.TLS = TLS(options.Get("starttls"))
	switch u.Scheme {
	case "smtps":
		if s.TLS != "" {
			return errors.New("starttls is for smtp; smtps is encrypted from the first byte")
		}
		s.TLS = TLSImplicit
		return nil
	case "smtp":
		return s.checkStartTLS()
	default:
		return errors.New("the SMTP address must begin with smtp:// or smtps://")
	}
}

func (s *Server) checkStartTLS() error {
	switch s.TLS {
	case "":
		s.TLS = TLSRequired
	case TLSRequired, TLSOptional:
	case TLSNone:
		if !loopback(s.Host) {
			return errors.New("starttls=none is for a server on this machine; elsewhere say required or optional")
		}
	default:
		return errors.New("starttls must be required, optional or none")
	}
	return nil
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

func (s *Server) readPort(u *url.URL) error {
	s.Port = 587
	if u.Scheme == "smtps" {
		s.Port = 465
	}
	if u.Port() == "" {
		return nil
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil || port < 1 || port > 65535 {
		return errors.New("the SMTP address has no port between 1 and 65535")
	}
	s.Port = port
	return nil
}

func (s *Server) readConnections(options url.Values) error {
	if !options.Has("connections") {
		return nil
	}
	n, err := strconv.Atoi(options.Get("connections"))
	if err != nil || n < 1 || n > maxConnections {
		return fmt.Errorf("connections must be a number from 1 to %d", maxConnections)
	}
	s.Connections = n
	return nil
}

func (s *Server) readRoots(options url.Values) error {
	if !options.Has("ca") {
		return nil
	}
	pem, err := os.ReadFile(options.Get("ca"))
	if err != nil {
		return fmt.Errorf("the file of ca: %w", err)
	}
	s.roots = x509.NewCertPool()
	if !s.roots.AppendCertsFromPEM(pem) {
		return errors.New("the file of ca holds no certificate in PEM")
	}
	return nil
}

// String is the server as a person may see it: without user and password.
func (s Server) String() string {
	scheme, rule := "smtp", "?starttls="+string(s.TLS)+"&"
	if s.TLS == TLSImplicit {
		scheme, rule = "smtps", "?"
	}
	user := ""
	if s.username != "" {
		user = hidden + "@"
	}
	return fmt.Sprintf("%s://%s%s%sconnections=%d", scheme, user, s.address(), rule, s.Connections)
}

func (s Server) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

func (s Server) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.roots}
}
