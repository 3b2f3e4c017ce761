package mailbox

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"
)

const (
	mostConnections = 20
	mostRecipients  = 20
	// doorPatience is how long whoever hands over may be silent.
	doorPatience = time.Minute
	// longestVisit is how long a connection may last, so that those who only keep it busy do not keep others out. A server
	// that is cut off in the middle of a mail comes again.
	longestVisit = 15 * time.Minute
)

// Door takes mails over LMTP or SMTP from the mail server that Kring stands behind. It asks for no sign-in and no TLS: it
// belongs on this machine, or into a network of its own.
type Door struct {
	server   *smtp.Server
	listener net.Listener
	take     Take
	ours     Address
	log      *slog.Logger

	busy   sync.RWMutex // held to read by whoever deals with a mail
	closed bool
}

// Open listens; a unix socket that a dead process left behind is replaced. host is what the door calls itself.
func Open(ctx context.Context, at Listen, ours Address, host string, take Take, told *slog.Logger) (*Door, error) {
	if at.network == "unix" {
		clearSocket(ctx, at.address)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, at.network, at.address)
	if err != nil {
		return nil, err
	}
	if at.network == "unix" {
		if err := os.Chmod(at.address, 0o660); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
	}
	d := &Door{listener: netutil.LimitListener(visits{listener}, mostConnections), take: take, ours: ours, log: told}
	d.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &visit{door: d}, nil }))
	d.server.LMTP, d.server.Domain = !at.smtp, host
	d.server.MaxMessageBytes, d.server.MaxRecipients = MaxBytes, mostRecipients
	d.server.ReadTimeout, d.server.WriteTimeout = doorPatience, doorPatience
	d.server.EnableSMTPUTF8 = true
	d.server.ErrorLog = log.New(io.Discard, "", 0) // it would log what was typed
	return d, nil
}

// clearSocket removes a socket at which nobody answers.
func clearSocket(ctx context.Context, path string) {
	if found, err := os.Lstat(path); err != nil || found.Mode().Type() != os.ModeSocket {
		return
	}
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", path)
	if err != nil {
		_ = os.Remove(path) // what is still there then, listening says
		return
	}
	_ = conn.Close()
}

// visits is a listener whose connections end by themselves.
type visits struct{ net.Listener }

func (v visits) Accept() (net.Conn, error) {
	conn, err := v.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return bounded{conn, time.AfterFunc(longestVisit, func() { _ = conn.Close() })}, nil
}

type bounded struct {
	net.Conn
	end *time.Timer
}

func (b bounded) Close() error {
	b.end.Stop()
	return b.Conn.Close()
}

// Addr is where it listens.
func (d *Door) Addr() net.Addr { return d.listener.Addr() }

// Serve takes mails until Close.
func (d *Door) Serve() error { return d.server.Serve(d.listener) }

// Close cuts everybody off and waits for the mails that are being dealt with: their servers, who get no answer, come again.
func (d *Door) Close() error {
	err := d.server.Close()
	if closed := d.listener.Close(); err == nil && !errors.Is(closed, net.ErrClosed) {
		err = closed // closed so early that the server did not know its listener yet
	}
	d.busy.Lock()
	defer d.busy.Unlock()
	d.closed = true
	return err
}

// What the door answers.
var (
	errLater    = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Not now, please try again"}
	errNobody   = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "Nobody has this address here"}
	errTooLarge = &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 3, 4}, Message: "More than is taken here"}
)

// visit is one connection.
type visit struct {
	door *Door
	from string
	to   []string
}

// Mail begins a mail.
func (v *visit) Mail(from string, options *smtp.MailOptions) error {
	if options != nil && options.Size > MaxBytes {
		return errTooLarge
	}
	v.from, v.to = from, nil
	return nil
}

// Rcpt adds a recipient, who is one of ours.
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	if _, ours := v.door.ours.Tag(to); !ours {
		return errNobody
	}
	v.to = append(v.to, to)
	return nil
}

// Data takes the mail over SMTP: for all or, when one of them could not be dealt with, for none, and then again.
func (v *visit) Data(r io.Reader) error {
	raw, err := read(r)
	for _, to := range v.to {
		if err == nil {
			err = v.take(raw, to)
		}
	}
	return err
}

// LMTPData takes it over LMTP: each recipient has an answer.
func (v *visit) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	raw, err := read(r)
	if err != nil {
		return err
	}
	for _, to := range v.to {
		status.SetStatus(to, v.take(raw, to))
	}
	return nil
}

// read reads at once: whatever says that the mail is too large is the same answer.
func read(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(r)
	if errors.Is(err, smtp.ErrDataTooLarge) || len(raw) > MaxBytes {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, errLater
	}
	return raw, nil
}

func (v *visit) take(raw []byte, to string) error {
	v.door.busy.RLock()
	defer v.door.busy.RUnlock()
	if v.door.closed {
		return errLater
	}
	ctx := context.Background() // what is begun is finished; it is bounded by the database's own limit
	from := v.from
	var fell *panicked
	err := v.door.take.taken(ctx, Mail{Raw: raw, Recipient: to, Sender: &from})
	switch {
	case errors.As(err, &fell):
		v.door.log.ErrorContext(ctx, "a mail could not be dealt with and is passed over", "error", err)
	case err != nil:
		v.door.log.WarnContext(ctx, "a mail could not be dealt with; its server keeps it", "error", err)
		return errLater
	}
	return nil
}

// Reset forgets the mail under way.
func (v *visit) Reset() { v.from, v.to = "", nil }

// Logout ends the connection.
func (*visit) Logout() error { return nil }
