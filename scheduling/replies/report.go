package replies

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/emersion/go-message/textproto"

	"kring/internal/identity"
	"kring/internal/mail"
)

// report is which addresses a server says are dead (RFC 3464).
type report struct{ dead []string }

// mostRecipients bounds what is read of a report: a letter of ours has one recipient.
const mostRecipients = 10

// status finds the codes in what a server said: "smtp; 550 5.1.1 <...> User unknown".
var status = regexp.MustCompile(`(?:^|[\s;])([45]\d\d)(?:[ -]#?([45]\.\d{1,3}\.\d{1,3}))?`)

// otherwise finds in what a server said that not the address but the mail, its sender or the room for it is the matter. Servers
// that give no enhanced code say 550 to all of it.
var otherwise = regexp.MustCompile(`(?i)spam|junk|virus|malware|content|policy|policies|blocked|black ?list|block ?list|reputation|rbl\b|dmarc|dkim|\bspf\b|` +
	`sender|relay|authenticat|quota|\bfull\b|too (?:large|big|many)|message (?:was )?(?:rejected|refused)`)

// readReport reads the part for programs of a report: groups of fields, the first about the mail, the others about a
// recipient each.
func readReport(body io.Reader) *report {
	data, err := io.ReadAll(io.LimitReader(body, 64<<10))
	if err != nil && len(data) == 0 {
		return nil
	}
	var found report
	r := bufio.NewReader(bytes.NewReader(append(data, "\r\n\r\n"...)))
	for range mostRecipients + 1 {
		group, err := textproto.ReadHeader(r)
		if err != nil {
			break
		}
		if group.Len() == 0 {
			if _, err := r.Peek(1); err != nil {
				break
			}
			continue
		}
		if strings.EqualFold(firstWord(group.Get("Action")), "failed") && gone(group) {
			found.dead = append(found.dead, recipients(group)...)
		}
	}
	return &found
}

// gone says whether a recipient's codes mean that the address is dead, by the rule that holds at delivery.
func gone(group textproto.Header) bool {
	enhanced := firstWord(group.Get("Status"))
	code := 0
	if said := status.FindStringSubmatch(group.Get("Diagnostic-Code")); said != nil {
		code, _ = strconv.Atoi(said[1])
		if said[2] != "" && (enhanced == "" || strings.HasSuffix(enhanced, ".0.0")) {
			enhanced = said[2] // the server that refused knows more than the one that reports
		}
	}
	vague := enhanced == "" || strings.HasSuffix(enhanced, ".0.0")
	if vague && otherwise.MatchString(group.Get("Diagnostic-Code")) {
		return false
	}
	return !strings.HasPrefix(enhanced, "4.") && mail.Dead(code, enhanced)
}

// recipients are the address that the letter went to and the one that it ended at, where somebody forwards.
func recipients(group textproto.Header) (out []string) {
	for _, name := range []string{"Original-Recipient", "Final-Recipient"} {
		kind, address, found := strings.Cut(group.Get(name), ";")
		if !found || !strings.EqualFold(strings.TrimSpace(kind), "rfc822") && !strings.EqualFold(strings.TrimSpace(kind), "utf-8") {
			continue
		}
		if normal, err := identity.NormaliseEmail(strings.Trim(strings.TrimSpace(address), "<>")); err == nil {
			out = append(out, normal)
		}
	}
	return out
}
