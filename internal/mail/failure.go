package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// Verdict is what a failure means for the mail.
type Verdict uint8

// The verdicts, from harmless to final.
const (
	Lost      Verdict = iota // no connection to the server: the mail was not tried
	Later                    // not now (4xx), or the server does not take it from us: try again
	Refused                  // the server refuses this mail for good
	NoMailbox                // the server refuses the address for good
)

// Stage is how far a mail came.
type Stage string

// The stages in their order.
const (
	StageConnect   Stage = "connect"
	StageTLS       Stage = "tls"
	StageAuth      Stage = "auth"
	StageAddress   Stage = "address" // not even asked: no server could take it
	StageSender    Stage = "sender"
	StageRecipient Stage = "recipient"
	StageContent   Stage = "content"
)

// Failure is why a mail was not handed over. It holds codes only, so it can be logged and kept.
type Failure struct {
	Verdict  Verdict
	Stage    Stage
	Code     int    // of the server, 0 when it gave none
	Enhanced string // RFC 3463, such as 5.1.1; empty when it gave none
	Detail   string // one of our own words where there is no code: timeout, certificate, ...

	broken bool // the connection cannot be used again
}

// Error is the reason, such as "smtp recipient 550 5.1.1".
func (f *Failure) Error() string { return "smtp " + f.Reason() }

// Reason is stage and codes in one line, such as "recipient 550 5.1.1" or "connect timeout".
func (f *Failure) Reason() string {
	words := []string{string(f.Stage)}
	if f.Code != 0 {
		words = append(words, fmt.Sprint(f.Code))
	}
	for _, word := range []string{f.Enhanced, f.Detail} {
		if word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// failureOf reads what go-mail says about a mail that it did not hand over.
func failureOf(err error) *Failure {
	var refusal *gomail.SendError
	if !errors.As(err, &refusal) {
		return &Failure{Verdict: Lost, Stage: StageConnect, Detail: networkWord(err), broken: true}
	}
	f := &Failure{Code: refusal.ErrorCode(), Enhanced: refusal.EnhancedStatusCode()}
	switch refusal.Reason {
	case gomail.ErrSMTPMailFrom:
		f.Stage = StageSender
	case gomail.ErrSMTPRcptTo:
		f.Stage = StageRecipient
	case gomail.ErrSMTPData, gomail.ErrWriteContent, gomail.ErrSMTPDataClose:
		f.Stage = StageContent
	case gomail.ErrGetSender, gomail.ErrGetRcpts:
		f.Stage, f.Verdict, f.Detail = StageAddress, Later, "unusable"
		return f
	default:
		f.Stage = StageConnect
	}
	f.Verdict = f.judge(refusal.Reason == gomail.ErrSMTPData)
	return f
}

// judge decides by stage and codes. beforeContent tells that the server has not seen the text yet.
func (f *Failure) judge(beforeContent bool) Verdict {
	if f.Code == 0 || f.Code == 421 { // 421: the server closes the connection (RFC 5321, 3.8)
		f.broken = true
		if f.Code == 0 {
			f.Detail = "connection-lost"
		}
		if f.Stage == StageContent && !beforeContent {
			// It may have been taken over, or it is what breaks the server: this counts as a try.
			return Later
		}
		return Lost
	}
	switch {
	case f.Code < 500 || f.Stage == StageSender || f.mailboxFull():
		return Later
	case f.aboutMailbox():
		return NoMailbox
	case f.Stage == StageRecipient:
		return Later // relaying, policy, our sign-in: not the person's fault
	default:
		return Refused
	}
}

func (f *Failure) mailboxFull() bool {
	return f.Enhanced == "5.2.2" || f.Stage == StageRecipient && f.Code == 552
}

// aboutMailbox tells whether the address itself is refused (RFC 3463: X.1 addressing, X.2.1 disabled).
// Without an enhanced code, 550, 551 and 553 after RCPT say so (RFC 5321, 4.2.3).
func (f *Failure) aboutMailbox() bool {
	if f.Enhanced == "" || f.Enhanced == "5.0.0" {
		return f.Stage == StageRecipient && slices.Contains([]int{550, 551, 553}, f.Code)
	}
	if f.Enhanced == "5.1.0" {
		return f.Stage == StageRecipient
	}
	return slices.Contains([]string{"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}, f.Enhanced)
}

// Dead says whether a report of a bounce (RFC 3464) means that the address is refused for good, by the rule that holds for
// what a server says while it is handed a mail. code is 0 and enhanced empty where the report gives none.
func Dead(code int, enhanced string) bool {
	f := Failure{Stage: StageRecipient, Code: code, Enhanced: enhanced}
	return (code == 0 || code/100 == 5) && !f.mailboxFull() && f.aboutMailbox()
}

// dialFailure is why there is no connection. The stage is guessed from what go-mail wraps.
func dialFailure(err error) *Failure {
	f := &Failure{Verdict: Lost, Stage: StageConnect, broken: true}
	var answer *textproto.Error
	switch {
	case strings.Contains(err.Error(), "AUTH"):
		f.Stage, f.Detail = StageAuth, "refused"
	case strings.Contains(err.Error(), "STARTTLS"):
		f.Stage, f.Detail = StageTLS, "not-offered"
	case isTLS(err):
		f.Stage, f.Detail = StageTLS, "certificate"
	default:
		f.Detail = networkWord(err)
	}
	if errors.As(err, &answer) {
		f.Code = answer.Code
		if f.Stage == StageConnect {
			f.Detail = "refused"
		}
	}
	return f
}

func isTLS(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &record)
}

func networkWord(err error) string {
	var dns *net.DNSError
	var network net.Error
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "unknown-host"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.As(err, &network) && network.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	default:
		return "unreachable"
	}
}
