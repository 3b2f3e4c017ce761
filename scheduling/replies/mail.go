package replies

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	netmail "net/mail"
	"slices"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"

	"kring/internal/identity"
	"kring/internal/mailbox"

	"kring/scheduling/ical"
)

// The bounds of what is looked at in one mail. A mail has mailbox.MaxBytes at most, and nothing in it is compressed.
const (
	deepest   = 8  // parts within parts
	mostParts = 50 // looked at
	mostTags  = 5
	mostFiles = 5 // calendars
)

// incoming is a mail, as far as it matters.
type incoming struct {
	hash      string
	from      string   // the one sender, normalised; "" when there is none, or several
	tags      []string // of our address, in the order of how much they can be believed
	automatic bool     // no answer, please
	method    string   // REPLY or COUNTER, when a calendar in it answers
	answers   []ical.Answer
	report    *report // of a letter that could not be delivered
	failed    bool    // the own mail server says that the sender is not who the mail says
}

var errUnreadable = errors.New("replies: not a mail")

// reader reads mails for one address.
type reader struct {
	ours     mailbox.Address
	authServ string // whose Authentication-Results are believed; "": nobody's
}

// read reads a mail. It answers errUnreadable for what is none; whatever else is odd in a mail is passed over.
func (r reader) read(m mailbox.Mail) (incoming, error) {
	header, err := textproto.ReadHeader(bufio.NewReader(bytes.NewReader(m.Raw)))
	if err != nil || header.Len() == 0 {
		return incoming{}, errUnreadable
	}
	h := message.Header{Header: header}
	in := incoming{from: sender(h), tags: r.tagsOf(m, h)}
	in.hash = hashOf(m.Raw, h, in)
	in.automatic = automatic(m, h, in.from)
	in.failed = r.refuted(h, in.from)
	if entity, err := message.Read(bytes.NewReader(m.Raw)); entity != nil && (err == nil || tolerable(err)) {
		w := walk{in: &in}
		w.part(entity, 0)
	}
	return in, nil
}

// tolerable errors leave a part as it came: what we look for in it is ASCII.
func tolerable(err error) bool {
	return message.IsUnknownCharset(err) || message.IsUnknownEncoding(err)
}

// sender is the address of From, where there is just one.
func sender(h message.Header) string {
	if h.FieldsByKey("From").Len() != 1 {
		return ""
	}
	list := addresses(h.Get("From"))
	if len(list) != 1 {
		return ""
	}
	return list[0]
}

// addresses are those of a header's value, normalised. Names are not looked at, in whatever charset they are.
func addresses(value string) []string {
	parser := netmail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: func(_ string, r io.Reader) (io.Reader, error) { return r, nil }}}
	list, err := parser.ParseList(value)
	if err != nil {
		return nil
	}
	var out []string
	for _, a := range list {
		if normal, err := identity.NormaliseEmail(a.Address); err == nil {
			out = append(out, normal)
		}
	}
	return out
}

// tagsOf are the tags of our address that the mail was sent to: what it was handed over for, where that is known, else what
// its header says, first that of our own server.
func (r reader) tagsOf(m mailbox.Mail, h message.Header) (tags []string) {
	if m.Recipient != "" {
		if tag, ours := r.ours.Tag(m.Recipient); ours && tag != "" {
			return []string{tag}
		}
		return nil
	}
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"} {
		for fields := h.FieldsByKey(name); fields.Next(); {
			for _, word := range strings.FieldsFunc(fields.Value(), func(r rune) bool { return strings.ContainsRune("<>,;:\"() \t\r\n", r) }) {
				tag, ours := r.ours.Tag(word)
				if ours && tag != "" && !slices.Contains(tags, tag) && len(tags) < mostTags {
					tags = append(tags, tag)
				}
			}
		}
	}
	return tags
}

// hashOf is what makes a mail the same one when it comes again, over another way or by another server of ours.
func hashOf(raw []byte, h message.Header, in incoming) string {
	body := raw
	if _, after, found := bytes.Cut(raw, []byte("\r\n\r\n")); found {
		body = after
	} else if _, after, found := bytes.Cut(raw, []byte("\n\n")); found {
		body = after
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %q %q %q ", h.Get("Message-Id"), h.Get("Date"), in.from, in.tags)
	sum.Write(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")))
	return hex.EncodeToString(sum.Sum(nil))
}

// walk goes through the parts of a mail.
type walk struct {
	in    *incoming
	parts int
	files int
}

func (w *walk) part(e *message.Entity, depth int) {
	if w.parts++; w.parts > mostParts || depth > deepest {
		return
	}
	if parts := e.MultipartReader(); parts != nil {
		w.multipart(e, parts, depth)
		return
	}
	kind, params, _ := e.Header.ContentType()
	if calendar(kind, params, e.Header) && w.files < mostFiles {
		w.files++
		w.calendar(e.Body)
	}
}

func (w *walk) multipart(e *message.Entity, parts message.MultipartReader, depth int) {
	kind, params, _ := e.Header.ContentType()
	reports := kind == "multipart/report" && strings.EqualFold(params["report-type"], "delivery-status")
	for w.parts <= mostParts {
		part, err := parts.NextPart()
		if part == nil || err != nil && !tolerable(err) {
			return
		}
		inner, _, _ := part.Header.ContentType()
		if reports && depth == 0 && (inner == "message/delivery-status" || inner == "message/global-delivery-status") && w.in.report == nil {
			w.in.report = readReport(part.Body)
			continue
		}
		w.part(part, depth+1)
	}
}

// calendar says whether a part is a calendar file, by its type or its name: Apple and some servers on the way send it as an
// attachment of no type in particular.
func calendar(kind string, params map[string]string, h message.Header) bool {
	if kind == "text/calendar" || kind == "application/ics" {
		return true
	}
	_, disposition, _ := h.ContentDisposition()
	name := strings.ToLower(disposition["filename"])
	if name == "" {
		name = strings.ToLower(params["name"])
	}
	return kind == "application/octet-stream" && strings.HasSuffix(name, ".ics")
}

// calendar takes the answers of a file. A mail has the same file twice, as an alternative and as an attachment: what is there
// already is there once.
func (w *walk) calendar(body io.Reader) {
	data, err := io.ReadAll(io.LimitReader(body, mailbox.MaxBytes))
	if err != nil && len(data) == 0 {
		return
	}
	method, answers, err := ical.ReadAnswers(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if err != nil || method != ical.Reply && method != ical.Counter || w.in.method != "" && w.in.method != method {
		return
	}
	w.in.method = method
	for _, a := range answers {
		if !slices.ContainsFunc(w.in.answers, func(b ical.Answer) bool { return same(a, b) }) {
			w.in.answers = append(w.in.answers, a)
		}
	}
}

// automatic says whether the mail was sent by no person, or asks for no answer (RFC 3834, and what programs do instead).
func automatic(m mailbox.Mail, h message.Header, from string) bool {
	if m.Sender != nil && *m.Sender == "" || h.Has("Return-Path") && strings.Trim(h.Get("Return-Path"), " <>") == "" {
		return true
	}
	if submitted := h.Get("Auto-Submitted"); submitted != "" && !strings.EqualFold(firstWord(submitted), "no") {
		return true
	}
	switch strings.ToLower(firstWord(h.Get("Precedence"))) {
	case "bulk", "junk", "list", "auto_reply":
		return true
	}
	for _, name := range []string{
		"List-Id", "List-Unsubscribe", "X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "X-Failed-Recipients", "X-Loop",
	} {
		if h.Has(name) {
			return true
		}
	}
	if kind, _, _ := h.ContentType(); kind == "multipart/report" {
		return true
	}
	local, _, _ := strings.Cut(from, "@")
	local, _, _ = strings.Cut(strings.NewReplacer("-", "", "_", "", ".", "").Replace(local), "+")
	return from == "" || slices.Contains([]string{"mailerdaemon", "postmaster", "noreply", "donotreply", "bounce", "bounces", "mdaemon", "root"}, local)
}

// firstWord is a value without comment and parameters.
func firstWord(value string) string {
	word, _, _ := strings.Cut(value, ";")
	word, _, _ = strings.Cut(word, "(")
	return strings.TrimSpace(word)
}

func same(a, b ical.Answer) bool {
	place := a.Place == b.Place || a.Place != nil && b.Place != nil && a.Place.Equal(*b.Place)
	return place && a.UID == b.UID && a.Attendee == b.Attendee
}
