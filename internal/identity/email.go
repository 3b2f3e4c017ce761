package identity

import (
	"errors"
	"net/mail"
	"strings"

	"golang.org/x/net/idna"
)

const (
	maxEmail = 254 // bytes; RFC 5321 4.5.3.1.3 less the angle brackets
	maxLocal = 64  // bytes; RFC 5321 4.5.3.1.1
)

// ErrEmail is answered for everything that is not an e-mail address that Kring writes to.
var ErrEmail = errors.New("not an e-mail address")

// NormaliseEmail answers an address in the one form that Kring stores and compares: lower case, the domain in its ASCII
// form (RFC 5891), "+tags" kept. White space around it is dropped. It answers ErrEmail for display names, comments and
// quoted local parts, line breaks, domains without a dot, IP addresses, local parts beyond ASCII (they would need
// SMTPUTF8 all the way), and more than 254 bytes.
func NormaliseEmail(address string) (string, error) {
	address = strings.TrimSpace(address)
	if len(address) > maxEmail {
		return "", ErrEmail
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Name != "" || parsed.Address != address {
		return "", ErrEmail
	}
	at := strings.LastIndexByte(address, '@')
	local, domain := strings.ToLower(address[:at]), address[at+1:]
	if len(local) > maxLocal || !visible(local) {
		return "", ErrEmail
	}
	domain, err = idna.Lookup.ToASCII(domain)
	if err != nil || !namesHost(domain) || len(local)+1+len(domain) > maxEmail {
		return "", ErrEmail
	}
	return local + "@" + domain, nil
}

func visible(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return text != ""
}

// namesHost asks for a dot within and a top level that is not a number, which no top level is (RFC 3696, 2).
func namesHost(domain string) bool {
	dot := strings.LastIndexByte(domain, '.')
	top := domain[dot+1:]
	return dot > 0 && visible(domain) && strings.Trim(top, "0123456789") != ""
}
