package catcher

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"

	"github.com/emersion/go-smtp"
)

// Bound is how many mails the demo's inbox keeps.
const Bound = 1000

// maxMail is the size of a mail beyond which it is refused: twenty times our largest.
const maxMail = 10 << 20

// Catcher is a running server with its box.
type Catcher struct {
	*Box
	server   *smtp.Server
	listener net.Listener
}

// Start listens on an address of this machine, such as "127.0.0.1:0" (any free port), and takes mails
// in until Close.
func Start(address string) (*Catcher, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("catch mail: %w", err)
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		_ = listener.Close()
		return nil, errors.New("catch mail: only on an address of this machine, such as 127.0.0.1")
	}
	c := &Catcher{Box: NewBox(Bound), listener: listener}
	c.server = NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &Session{Box: c.Box}, nil }))
	go func() { _ = c.server.Serve(listener) }() // it ends with Close
	return c, nil
}

// URL is the server as [kring/internal/mail.ParseURL] reads it.
func (c *Catcher) URL() string { return "smtp://" + c.listener.Addr().String() + "?starttls=none" }

// Close ends the server and its connections. The mails stay.
func (c *Catcher) Close() error {
	err := c.server.Close()
	if closed := c.listener.Close(); err == nil && !errors.Is(closed, net.ErrClosed) {
		err = closed // closed so early that the server did not know its listener yet
	}
	if err != nil {
		return fmt.Errorf("close mail catcher: %w", err)
	}
	return nil
}

// NewServer is a go-smtp server with our limits, silent about what its clients do.
func NewServer(backend smtp.Backend) *smtp.Server {
	server := smtp.NewServer(backend)
	server.Domain = "localhost"
	server.MaxMessageBytes = maxMail
	server.MaxRecipients = 10
	server.EnableSMTPUTF8 = true
	server.ErrorLog = log.New(io.Discard, "", 0)
	return server
}

// Session takes the mails of one connection into a box.
type Session struct {
	Box      *Box
	envelope Envelope
}

// Mail begins a mail.
func (s *Session) Mail(from string, _ *smtp.MailOptions) error {
	s.envelope = Envelope{From: from}
	return nil
}

// Rcpt adds a recipient.
func (s *Session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.envelope.To = append(s.envelope.To, to)
	return nil
}

// Data takes the mail in.
func (s *Session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.Box.Put(s.envelope, raw)
	return nil
}

// Envelope is the mail under way.
func (s *Session) Envelope() Envelope { return s.envelope }

// Reset forgets the mail under way.
func (s *Session) Reset() { s.envelope = Envelope{} }

// Logout has nothing to free.
func (s *Session) Logout() error { return nil }
