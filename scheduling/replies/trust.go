package replies

import (
	"strings"

	"github.com/emersion/go-message"
)

// refuted says whether the mail server that we trust found that the mail does not come from where it says (RFC 8601): DMARC
// failed or, where nothing is said of it, SPF or DKIM of the sender's own domain did and neither passed. Results that others
// wrote into the mail are not looked at.
func (r reader) refuted(h message.Header, from string) bool {
	if r.authServ == "" {
		return false
	}
	v := verdict{domain: from[strings.LastIndexByte(from, '@')+1:]}
	for fields := h.FieldsByKey("Authentication-Results"); fields.Next(); {
		server, results, found := strings.Cut(fields.Value(), ";")
		if words := strings.Fields(server); !found || len(words) == 0 || !strings.EqualFold(words[0], r.authServ) {
			continue
		}
		for result := range strings.SplitSeq(withoutComments(results), ";") {
			v.hear(resultOf(result))
		}
	}
	return v.dmarc == "fail" || v.dmarc != "pass" && v.failed && !v.passed
}

// verdict is what a server found about a domain; of several words on DMARC the first counts.
type verdict struct {
	domain         string
	dmarc          string
	passed, failed bool // SPF or DKIM of the domain itself
}

func (v *verdict) hear(method, result, of string) {
	switch {
	case method == "dmarc" && v.dmarc == "" && (result == "pass" || result == "fail"):
		v.dmarc = result
	case method != "spf" && method != "dkim" || !aligned(of, v.domain):
	case result == "pass":
		v.passed = true
	case result == "fail", result == "softfail", result == "permerror":
		v.failed = true
	}
}

// resultOf reads "spf=fail smtp.mailfrom=an@example.org": method, result, and the domain that it is about.
func resultOf(text string) (method, result, domain string) {
	for i, word := range strings.Fields(strings.ToLower(text)) {
		name, value, _ := strings.Cut(word, "=")
		switch {
		case i == 0:
			method, _, _ = strings.Cut(name, "/")
			result = value
		case name == "smtp.mailfrom", name == "header.d", name == "header.i", name == "header.from":
			domain = strings.Trim(value[strings.LastIndexByte(value, '@')+1:], `"<>`)
		}
	}
	return method, result, domain
}

// aligned says whether a domain is the sender's or one above or below it.
func aligned(of, domain string) bool {
	return of != "" && (of == domain || strings.HasSuffix(domain, "."+of) || strings.HasSuffix(of, "."+domain))
}

// withoutComments drops what stands in brackets, within which a semicolon ends nothing.
func withoutComments(text string) string {
	var out strings.Builder
	depth := 0
	for _, r := range text {
		switch {
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth == 0:
			out.WriteRune(r)
		}
	}
	return out.String()
}
