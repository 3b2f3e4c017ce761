package mailbox

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// Server is a mailbox on an IMAP server, as [ParseURL] read it.
type Server struct {
	Host    string
	Port    int
	Mailbox string

	implicit bool // TLS from the first byte
	plain    bool // no TLS at all
	username string
	password func() string // a function cannot be printed
	roots    *x509.CertPool
}

// ParseURL reads an address such as
//
//	imaps://user:password@mail.example.org/INBOX
//	imap://user:password@mail.example.org:143
//
// imaps speaks TLS from the first byte, imap by STARTTLS; ?starttls=none is for a server on this machine. Ports default to
// 993 and 143, the mailbox to INBOX. ca names a PEM file with the certificates to trust instead of the system's. The errors
// name what is wrong and never repeat the address, which holds a password.
func ParseURL(raw string) (Server, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Server{}, errors.New("is no URL (are special characters in the password percent-encoded?)")
	}
	password, _ := u.User.Password()
	s := Server{Host: u.Hostname(), username: u.User.Username(), password: func() string { return password }}
	return s, errors.Join(s.readScheme(u), s.readOptions(u.Query()), s.readPort(u), s.readMailbox(u), s.check(password))
}

func (s *Server) readScheme(u *url.URL) error {
	switch u.Scheme {
	case "imaps":
		s.implicit, s.Port = true, 993
	case "imap":
		s.Port = 143
	default:
		return errors.New("must begin with imaps:// or imap://")
	}
	return nil
}

func (s *Server) readOptions(options url.Values) error {
	var faults []error
	for name, values := range options {
		switch {
		case len(values) > 1:
			faults = append(faults, errors.New("has an option more than once"))
		case name == "ca":
			faults = append(faults, s.readRoots(values[0]))
		case name == "starttls" && s.implicit:
			faults = append(faults, errors.New("has starttls, which is for imap; imaps speaks TLS from the first byte"))
		case name == "starttls" && values[0] == "none" && !loopback(s.Host):
			faults = append(faults, errors.New("has starttls=none, which is for a server on this machine"))
		case name == "starttls" && (values[0] == "none" || values[0] == "required"):
			s.plain = values[0] == "none"
		case name == "starttls":
			faults = append(faults, errors.New("has a starttls that is neither required nor none"))
		default:
			faults = append(faults, errors.New("has an option other than starttls and ca"))
		}
	}
	return errors.Join(faults...)
}

func (s *Server) readRoots(file string) error {
	pem, err := os.ReadFile(file)
	if err != nil {
		return errors.New("names a file of ca that cannot be read")
	}
	s.roots = x509.NewCertPool()
	if !s.roots.AppendCertsFromPEM(pem) {
		return errors.New("names a file of ca without a certificate in PEM")
	}
	return nil
}

func (s *Server) readPort(u *url.URL) error {
	if u.Port() == "" {
		return nil
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil || port == 0 {
		return errors.New("has no port between 1 and 65535")
	}
	s.Port = int(port)
	return nil
}

func (s *Server) readMailbox(u *url.URL) error {
	s.Mailbox = strings.TrimPrefix(u.Path, "/")
	if s.Mailbox == "" {
		s.Mailbox = "INBOX"
	}
	if u.Fragment != "" || strings.ContainsAny(s.Mailbox, "\r\n\x00") {
		return errors.New("has something after the name of the mailbox")
	}
	return nil
}

func (s *Server) check(password string) error {
	var faults []error
	if s.Host == "" {
		faults = append(faults, errors.New("names no host"))
	}
	if s.username == "" || password == "" {
		faults = append(faults, errors.New("names no user with a password"))
	}
	return errors.Join(faults...)
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

func (s *Server) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

func (s *Server) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.roots}
}

// Listen is where a door stands and what is spoken there.
type Listen struct {
	network, address string
	smtp             bool // else LMTP (RFC 2033)
}

// ParseListen reads host:port and unix:/path for LMTP, and smtp://host:port for SMTP.
func ParseListen(raw string) (Listen, error) {
	if path, socket := strings.CutPrefix(raw, "unix:"); socket {
		if !strings.HasPrefix(path, "/") || len(path) > 100 {
			return Listen{}, errors.New("is unix: with a whole path of at most 100 characters, such as unix:/run/kring/lmtp")
		}
		return Listen{network: "unix", address: path}, nil
	}
	address, smtp := strings.CutPrefix(raw, "smtp://")
	address = strings.TrimPrefix(address, "lmtp://")
	_, port, err := net.SplitHostPort(address)
	if _, number := strconv.ParseUint(port, 10, 16); err != nil || number != nil {
		return Listen{}, errors.New("is 127.0.0.1:2424 or unix:/run/kring/lmtp for LMTP, smtp://127.0.0.1:2525 for SMTP")
	}
	return Listen{network: "tcp", address: address, smtp: smtp}, nil
}
