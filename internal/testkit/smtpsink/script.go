package smtpsink

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"kring/internal/mail/catcher"
)

// Stage is the command that a script looks at.
type Stage string

// The stages at which the server can be told to be difficult.
const (
	Sender    Stage = "MAIL"
	Recipient Stage = "RCPT"
	Content   Stage = "DATA" // when the text has been read
)

// script is something to do when a command comes in.
type script struct {
	stage   Stage
	address string // only for this recipient; empty: for all
	left    int    // how often still; -1: always
	act     func(conn *smtp.Conn, box *catcher.Box, envelope catcher.Envelope, raw []byte) error
}

func (s *Sink) add(one *script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts = append(s.scripts, one)
}

// Refuse answers the next times of a command with this code and enhanced code; -1 times: always.
func (s *Sink) Refuse(stage Stage, times, code int, enhanced string) {
	s.add(&script{stage: stage, left: times, act: refusal(code, enhanced)})
}

// RefuseAddress answers RCPT for an address with this code, always.
func (s *Sink) RefuseAddress(address string, code int, enhanced string) {
	s.add(&script{stage: Recipient, address: address, left: -1, act: refusal(code, enhanced)})
}

// Drop closes the connection at the next times of a command. At Content the mail is not taken in.
func (s *Sink) Drop(stage Stage, times int) {
	s.add(&script{stage: stage, left: times, act: func(conn *smtp.Conn, _ *catcher.Box, _ catcher.Envelope, _ []byte) error {
		return conn.Conn().Close()
	}})
}

// DropAfterTaking takes the next mails in and closes the connection before saying so: the sender
// cannot know.
func (s *Sink) DropAfterTaking(times int) {
	s.add(&script{stage: Content, left: times, act: func(conn *smtp.Conn, box *catcher.Box, envelope catcher.Envelope, raw []byte) error {
		box.Put(envelope, raw)
		return conn.Conn().Close()
	}})
}

// Hold stops at the next mail when its text has been read: arrived is closed then, and the server
// answers after release was called. Nothing waits by the clock.
func (s *Sink) Hold() (arrived <-chan struct{}, release func()) {
	reached, gate := make(chan struct{}), make(chan struct{})
	s.add(&script{stage: Content, left: 1, act: func(_ *smtp.Conn, _ *catcher.Box, _ catcher.Envelope, _ []byte) error {
		close(reached)
		<-gate
		return nil
	}})
	return reached, func() { close(gate) }
}

// Obey forgets all scripts.
func (s *Sink) Obey() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts = nil
}

// refusal reads "5.1.1"; an empty enhanced code leaves it out.
func refusal(code int, enhanced string) func(*smtp.Conn, *catcher.Box, catcher.Envelope, []byte) error {
	answer := &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: "no, <secret@example.org>"}
	for i, digit := range strings.SplitN(enhanced, ".", 3) {
		if n, err := strconv.Atoi(digit); err == nil {
			if i == 0 {
				answer.EnhancedCode = smtp.EnhancedCode{}
			}
			answer.EnhancedCode[i] = n
		}
	}
	return func(*smtp.Conn, *catcher.Box, catcher.Envelope, []byte) error { return answer }
}

// take answers the first script for this command and counts it down.
func (s *Sink) take(stage Stage, recipients []string) *script {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, one := range s.scripts {
		if one.stage != stage || one.address != "" && !slices.Contains(recipients, one.address) {
			continue
		}
		if one.left--; one.left == 0 {
			s.scripts = slices.Delete(s.scripts, i, i+1)
		}
		return one
	}
	return nil
}

// session follows the scripts, then does what the catcher does.
type session struct {
	catcher.Session
	sink   *Sink
	conn   *smtp.Conn
	signed bool
}

func (s *Sink) session(conn *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[conn], s.open[conn] = true, true // STARTTLS asks again for the same connection
	return &session{Session: catcher.Session{Box: s.Box}, sink: s, conn: conn}, nil
}

func (s *session) follow(stage Stage, raw []byte) error {
	one := s.sink.take(stage, s.Envelope().To)
	if one == nil {
		return nil
	}
	return one.act(s.conn, s.Box, s.Envelope(), raw)
}

func (s *session) Mail(from string, options *smtp.MailOptions) error {
	if s.sink.options.Username != "" && !s.signed {
		return smtp.ErrAuthRequired
	}
	if err := s.Session.Mail(from, options); err != nil {
		return err
	}
	return s.follow(Sender, nil)
}

func (s *session) Rcpt(to string, options *smtp.RcptOptions) error {
	if err := s.Session.Rcpt(to, options); err != nil {
		return err
	}
	return s.follow(Recipient, nil)
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.follow(Content, raw); err != nil {
		return err
	}
	if _, err := s.conn.Conn().Write(nil); err != nil {
		return err // a script closed the connection
	}
	if s.sink.options.Discard {
		raw = nil
	}
	s.Box.Put(s.Envelope(), raw)
	return nil
}

func (s *session) Logout() error {
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	delete(s.sink.open, s.conn)
	return nil
}

func (s *session) AuthMechanisms() []string {
	if s.sink.options.Username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != s.sink.options.Username || password != s.sink.options.Password {
			return smtp.ErrAuthFailed
		}
		s.signed = true
		return nil
	}), nil
}
