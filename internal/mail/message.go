package mail

import (
	"bytes"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// Address is a mailbox with the name shown beside it.
type Address struct {
	Name    string
	Mailbox string // anna@example.org
}

// ParseAddress reads "Kring <kring@example.org>" or "kring@example.org".
func ParseAddress(text string) (Address, error) {
	parsed, err := netmail.ParseAddress(text)
	if err != nil {
		return Address{}, errors.New("not a mail address such as Kring <kring@example.org>")
	}
	return Address{Name: parsed.Name, Mailbox: parsed.Address}, nil
}

// parsed is the address as go-mail takes it: one mailbox and nothing beside it, the name in one line.
func (a Address) parsed() (*netmail.Address, error) {
	bare, err := netmail.ParseAddress(a.Mailbox)
	if err != nil || bare.Address != a.Mailbox || strings.ContainsFunc(a.Mailbox, unicode.IsControl) {
		return nil, errors.New("unusable mail address")
	}
	return &netmail.Address{Name: oneLine(a.Name), Address: a.Mailbox}, nil
}

// Calendar is a calendar file that goes with a mail.
type Calendar struct {
	Method   string // REQUEST, CANCEL or PUBLISH; must equal METHOD in the file (RFC 6047, 2.4)
	Name     string // file name; empty: invite.ics
	Body     []byte
	FileOnly bool // attached only; otherwise mail programs also see an invitation
}

// Message is one mail to one person, as far as it differs from the others that a [Sender] sends.
type Message struct {
	To             Address
	ReplyTo        Address // none: replies go to the sender
	ReturnPath     string  // where bounces go (MAIL FROM), a bare address; none: to the sender
	Language       string  // nl or en
	Subject        string
	Body           Body
	Calendars      []Calendar // at most one that is not FileOnly
	ListID         string     // such as reminders.kring.example.org (RFC 2919); none: no list
	UnsubscribeURL string     // https; takes one POST without more ado (RFC 8058)
	ID             string     // Message-ID without brackets: the same at each try
	Date           time.Time  // product time
}

// letter is the message in go-mail's hands. A *Failure says that the address is of no use; any other
// error is a mistake of whoever composed the message.
func (m Message) letter(from Address) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.address(msg, from); err != nil {
		return nil, err
	}
	if err := m.header(msg); err != nil {
		return nil, err
	}
	if err := m.Body.check(); err != nil {
		return nil, err
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Body.Text())
	msg.AddAlternativeString(gomail.TypeTextHTML, m.Body.HTML(m.Language, m.Subject))
	return msg, m.calendars(msg)
}

func (m Message) address(msg *gomail.Msg, from Address) error {
	sender, err := from.parsed()
	if err != nil {
		return fmt.Errorf("sender: %w", err)
	}
	recipient, err := m.To.parsed()
	if err != nil {
		return &Failure{Verdict: NoMailbox, Stage: StageAddress, Detail: "unusable"}
	}
	msg.FromMailAddress(sender)
	msg.ToMailAddress(recipient)
	if m.ReturnPath != "" {
		back, err := Address{Mailbox: m.ReturnPath}.parsed()
		if err != nil {
			return fmt.Errorf("return path: %w", err)
		}
		msg.EnvelopeFromMailAddress(back)
	}
	if m.ReplyTo != (Address{}) {
		reply, err := m.ReplyTo.parsed()
		if err != nil {
			return fmt.Errorf("reply to: %w", err)
		}
		msg.ReplyToMailAddress(reply)
	}
	return nil
}

func (m Message) header(msg *gomail.Msg) error {
	msg.Subject(oneLine(m.Subject))
	msg.SetDateWithValue(m.Date)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers, please
	if m.Language != "" {
		msg.SetGenHeader("Content-Language", m.Language)
	}
	if !token(m.ID) || !strings.Contains(m.ID, "@") {
		return errors.New("a mail needs an id such as x@kring.example.org")
	}
	msg.SetMessageIDWithValue(m.ID)
	if m.ListID != "" {
		if !token(m.ListID) {
			return errors.New("a list id is a word with dots")
		}
		msg.SetGenHeader("List-Id", "<"+m.ListID+">")
	}
	return m.unsubscribe(msg)
}

func (m Message) unsubscribe(msg *gomail.Msg) error {
	if m.UnsubscribeURL == "" {
		return nil
	}
	u, err := url.Parse(m.UnsubscribeURL)
	if err != nil || !token(m.UnsubscribeURL) || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("the unsubscribe link is not a web address")
	}
	msg.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+m.UnsubscribeURL+">")
	msg.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	return nil
}

// calendars adds each file as an attachment and the invitation as a third alternative too: some
// programs look for the one, some for the other.
func (m Message) calendars(msg *gomail.Msg) error {
	invitations := 0
	for _, calendar := range m.Calendars {
		if !token(calendar.Method) {
			return errors.New("a calendar file needs a method")
		}
		if !calendar.FileOnly {
			invitations++
			kind := gomail.ContentType("text/calendar; method=" + calendar.Method)
			msg.AddAlternativeString(kind, string(calendar.Body), gomail.WithPartEncoding(gomail.EncodingB64))
		}
		name := calendar.Name
		if name == "" {
			name = "invite.ics"
		}
		err := msg.AttachReader(name, bytes.NewReader(calendar.Body), gomail.WithFileContentType("application/ics"))
		if err != nil {
			return fmt.Errorf("attach calendar: %w", err)
		}
	}
	if invitations > 1 {
		return errors.New("a mail carries one invitation; attach the other calendars as files")
	}
	return nil
}

// token tells whether a text can stand in a header as it is: visible ASCII, no brackets.
func token(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || r == '<' || r == '>'
	})
}

// oneLine makes a text fit for a header: no line breaks, no control or direction characters.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case unseen(r):
			return -1
		default:
			return r
		}
	}, text)), " ")
}

// unseen characters turn the direction of what follows: "gpj.exe" reads as "exe.jpg".
func unseen(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }
