package mailbox

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
)

// MaxBytes is the largest mail that is taken in: an answer of a calendar program has some thousand.
const MaxBytes = 1 << 20

// Mail is one mail as it came in.
type Mail struct {
	Raw []byte
	// Recipient is the address that the mail was handed over for; empty when it was read out of a mailbox, and its header
	// says so as well as it can.
	Recipient string
	// Sender is MAIL FROM without brackets, which is empty for reports; nil when it was read out of a mailbox.
	Sender *string
}

// Take deals with a mail. It answers nil when that is done for good, whatever came of it; an error when it is to be given
// the mail again.
type Take func(context.Context, Mail) error

// taken is Take, with a panic made into an answer: a mail that makes us fall over is not taken again, because it would do so
// each time.
func (take Take) taken(ctx context.Context, m Mail) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = &panicked{fmt.Sprint(broken)}
		}
	}()
	return take(ctx, m)
}

type panicked struct{ what string }

func (p *panicked) Error() string { return "panic: " + p.what }

// Address is the address that mails come in at; what is put into it after a "+" tells one sort of mail from another
// (RFC 5233).
type Address struct{ local, domain string }

// longestTag is how long the tags are that the local part must have room for (64 bytes in all: RFC 5321, 4.5.3.1.1).
const longestTag = 52

// ParseAddress reads reply@kring.example.org.
func ParseAddress(text string) (Address, error) {
	parsed, err := netmail.ParseAddress(text)
	if err != nil || parsed.Address != text || strings.ContainsAny(text, "+\" ") {
		return Address{}, errors.New("is a bare address without + such as reply@kring.example.org")
	}
	at := strings.LastIndexByte(text, '@')
	a := Address{local: strings.ToLower(text[:at]), domain: strings.ToLower(text[at+1:])}
	if most := 64 - 1 - longestTag; len(a.local) > most {
		return Address{}, fmt.Errorf("has more than %d characters before the @, which leaves no room for what is put after a +", most)
	}
	return a, nil
}

// Is says whether there is one.
func (a Address) Is() bool { return a.domain != "" }

// With is the address with a tag.
func (a Address) With(tag string) string { return a.local + "+" + tag + "@" + a.domain }

// String is the address without a tag.
func (a Address) String() string {
	if !a.Is() {
		return ""
	}
	return a.local + "@" + a.domain
}

// Tag says whether an address is ours, in whatever case servers on the way wrote it, and with which tag, in lower case.
func (a Address) Tag(address string) (tag string, ours bool) {
	at := strings.LastIndexByte(address, '@')
	if !a.Is() || at < 0 || !strings.EqualFold(address[at+1:], a.domain) {
		return "", false
	}
	local, tag, _ := strings.Cut(strings.ToLower(address[:at]), "+")
	return tag, local == a.local
}
