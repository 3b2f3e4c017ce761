package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// SendTimeout is how long one mail, or one dialling, may take.
const SendTimeout = 30 * time.Second

// Sender is whom the mails come from and where they are handed over. It holds no connection and may
// be used by many goroutines.
type Sender struct {
	server Server
	from   Address
	host   string
}

// NewSender takes the address of all mails and the service's public URL, whose host stands in
// Message-IDs, List-Ids and the greeting to the server.
func NewSender(server Server, from Address, publicURL string) (*Sender, error) {
	if _, err := from.parsed(); err != nil {
		return nil, errors.New("the sender's mail address is not usable")
	}
	u, err := url.Parse(publicURL)
	if err != nil || !token(u.Hostname()) {
		return nil, errors.New("the public URL names no host")
	}
	return &Sender{server: server, from: from, host: u.Hostname()}, nil
}

// Host is the public host name: the right-hand side of Message-IDs and List-Ids.
func (s *Sender) Host() string { return s.host }

// Connections is how many the settings allow at once.
func (s *Sender) Connections() int { return s.server.Connections }

// Dial opens a connection: greeting, TLS, sign-in. It fails with a *[Failure] whose verdict is Lost.
func (s *Sender) Dial(ctx context.Context) (*Connection, error) {
	c := &Connection{sender: s}
	if failure := c.dial(ctx); failure != nil {
		return nil, failure
	}
	return c, nil
}

// Connection is an open way to the server, for one goroutine. Close it.
type Connection struct {
	sender *Sender
	client *gomail.Client
	wire   net.Conn
}

func (c *Connection) dial(ctx context.Context) *Failure {
	c.Close()
	client, err := gomail.NewClient(c.sender.server.Host, c.options()...)
	if err != nil {
		return &Failure{Verdict: Lost, Stage: StageConnect, Detail: "settings"}
	}
	if err := client.DialWithContext(ctx); err != nil {
		c.hangUp() // go-mail leaves the connection open when the greeting, TLS or the sign-in fails
		return dialFailure(err)
	}
	c.client = client
	return nil
}

func (c *Connection) options() []gomail.Option {
	server := c.sender.server
	options := []gomail.Option{
		gomail.WithPort(server.Port), gomail.WithTimeout(SendTimeout), gomail.WithHELO(c.sender.host),
		gomail.WithTLSConfig(server.tlsConfig()), gomail.WithDialContextFunc(c.dialWire),
		// A connection is held for one pass only, and MAIL opens a new transaction by itself: NOOP and
		// RSET would double the waiting.
		gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	switch server.TLS {
	case TLSRequired:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLSOptional:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case TLSNone, TLSImplicit: // with smtps, dialWire has encrypted already
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if server.username != "" {
		options = append(options, gomail.WithUsername(server.username), gomail.WithPassword(server.password()),
			// PLAIN and LOGIN refuse by themselves to speak over an open line, loopback excepted.
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return options
}

// dialWire keeps hold of the connection, so that it can be closed whatever happens after.
func (c *Connection) dialWire(ctx context.Context, network, address string) (net.Conn, error) {
	var plain net.Dialer
	wire, err := plain.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c.wire = wire
	if c.sender.server.TLS != TLSImplicit {
		return wire, nil
	}
	encrypted := tls.Client(wire, c.sender.server.tlsConfig())
	return encrypted, encrypted.HandshakeContext(ctx)
}

// Send hands a mail over. A connection that turns out to be lost before the text was sent is opened
// anew, once. Whatever the server says comes back as a *[Failure]; another error is a mistake in the
// message.
func (c *Connection) Send(ctx context.Context, m Message) error {
	letter, err := m.letter(c.sender.from)
	if err != nil {
		return err
	}
	fresh := false
	if c.client == nil {
		if failure := c.dial(ctx); failure != nil {
			return failure
		}
		fresh = true
	}
	failure := c.send(letter)
	if failure != nil && failure.Verdict == Lost && !fresh {
		if lost := c.dial(ctx); lost != nil {
			return lost
		}
		failure = c.send(letter)
	}
	if failure != nil {
		return failure
	}
	return nil
}

func (c *Connection) send(letter *gomail.Msg) *Failure {
	err := c.client.Send(letter)
	if err == nil || letter.IsDelivered() {
		return nil
	}
	failure := failureOf(err)
	if !failure.broken && failure.Stage == StageContent && c.client.Reset() != nil {
		failure.broken = true
	}
	if failure.broken {
		c.hangUp()
	}
	return failure
}

// Close says goodbye and closes. It may be called again.
func (c *Connection) Close() {
	if c.client != nil {
		_ = c.client.Close() // the mails are handed over; a failing goodbye changes nothing
	}
	c.hangUp()
}

func (c *Connection) hangUp() {
	c.client = nil
	if c.wire != nil {
		_ = c.wire.Close()
		c.wire = nil
	}
}
