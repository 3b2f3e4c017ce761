package main

import (
	"bytes"
	"embed"
	"html/template"
	"mime"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"kring/internal/fault"
	"kring/internal/mail/catcher"
	"kring/internal/text"
)

// texts are the sentences of the sandbox's pages.
//
//go:embed text.*.json
var texts embed.FS

//go:embed inbox.html
var inboxPage string

// mailView is a mail as the inbox shows it, as JSON too.
type mailView struct {
	Number      int        `json:"number"`
	Date        string     `json:"date"` // product time, RFC 3339
	From        string     `json:"from"`
	To          string     `json:"to"`
	Subject     string     `json:"subject"`
	URL         string     `json:"url"`
	Links       []linkView `json:"links"`
	Headers     []header   `json:"headers,omitempty"`
	Text        string     `json:"text,omitempty"`
	HTML        string     `json:"html,omitempty"`
	Attachments []fileView `json:"attachments,omitempty"`
}

// When is the date for people: "2026-11-23 12:00".
func (m mailView) When() string {
	day, clock, _ := strings.Cut(m.Date, "T")
	return day + " " + clock[:min(len(clock), len("12:00"))]
}

// linkView is a button or link of the letter.
type linkView struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}

type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type fileView struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Bytes     int    `json:"bytes"`
	URL       string `json:"url"`
}

// shown is what the template is given.
type shown struct {
	say   func(string) string
	Lang  string
	Clock reading
	To    string     // whose mails; empty: everybody's
	Mails []mailView // newest first
	Mail  *mailView  // the one to show whole
}

// Say is a sentence of the page.
func (s shown) Say(key string) string { return s.say(key) }

// Frame is the mail's own page, whose links open beside the inbox.
func (s shown) Frame() string {
	return strings.Replace(s.Mail.HTML, "<head>", `<head><base target="_blank">`, 1)
}

// showInbox lists the mails, newest first; ?to= shows those of one person.
func (b *sandbox) showInbox(c echo.Context) error {
	to := c.QueryParam("to")
	views := []mailView{}
	for _, m := range slices.Backward(b.box.Mails()) {
		if to == "" || slices.Contains(m.Envelope.To, strings.ToLower(to)) {
			views = append(views, viewOf(m, false))
		}
	}
	if wantsJSON(c) {
		return c.JSON(http.StatusOK, map[string]any{"items": views, "next": nil})
	}
	return b.page(c, shown{Mails: views, To: to})
}

// showMail shows one mail whole.
func (b *sandbox) showMail(c echo.Context) error {
	m, err := b.mailAt(c)
	if err != nil {
		return err
	}
	view := viewOf(m, true)
	if wantsJSON(c) {
		return c.JSON(http.StatusOK, view)
	}
	return b.page(c, shown{Mail: &view})
}

// showFile answers one attachment to download.
func (b *sandbox) showFile(c echo.Context) error {
	m, err := b.mailAt(c)
	if err != nil {
		return err
	}
	i, err := strconv.Atoi(c.Param("file"))
	if err != nil || i < 0 || i >= len(m.Files) {
		return fault.New(fault.NotFound, "not-found")
	}
	file := m.Files[i]
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	return c.Blob(http.StatusOK, file.MediaType, file.Body)
}

func (b *sandbox) mailAt(c echo.Context) (catcher.Mail, error) {
	number, err := strconv.Atoi(c.Param("number"))
	if err == nil {
		if m, found := b.box.Mail(number); found {
			return m, nil
		}
	}
	return catcher.Mail{}, fault.New(fault.NotFound, "not-found")
}

func wantsJSON(c echo.Context) bool {
	return strings.Contains(c.Request().Header.Get(echo.HeaderAccept), echo.MIMEApplicationJSON)
}

// page answers the inbox's one template. The mail's HTML stands in a frame that may run nothing.
func (b *sandbox) page(c echo.Context, s shown) error {
	s.Lang = text.Preferred(c.QueryParam("lang"), c.Request().Header.Get("Accept-Language"))
	s.say = func(key string) string { return b.texts.Say(s.Lang, key, nil) }
	s.Clock = b.reading()
	h := c.Response().Header()
	h.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'self'; frame-ancestors 'none'; form-action 'none'")
	h.Set(echo.HeaderCacheControl, "no-store")
	page, err := template.New("inbox").Parse(inboxPage)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := page.Execute(&out, s); err != nil {
		return err
	}
	return c.HTMLBlob(http.StatusOK, out.Bytes())
}

// viewOf is a mail for the list, or whole.
func viewOf(m catcher.Mail, whole bool) mailView {
	v := mailView{
		Number: m.Number, From: m.From, To: strings.Join(m.Envelope.To, ", "), Subject: m.Subject,
		URL: "/sandbox/inbox/" + strconv.Itoa(m.Number), Links: linksOf(m.Text),
	}
	if date, err := mail.ParseDate(m.Header.Get("Date")); err == nil {
		v.Date = date.UTC().Format("2006-01-02T15:04:05Z")
	}
	if !whole {
		return v
	}
	v.Text, v.HTML = m.Text, m.HTML
	for _, name := range []string{
		"From", "To", "Reply-To", "Date", "Subject", "Message-Id", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Content-Language",
	} {
		if value := m.Header.Get(name); value != "" {
			v.Headers = append(v.Headers, header{name, value})
		}
	}
	for i, file := range m.Files {
		v.Attachments = append(v.Attachments, fileView{file.Name, file.MediaType, len(file.Body), v.URL + "/files/" + strconv.Itoa(i)})
	}
	return v
}

// linkText is how a letter's text writes a button or a link: the label, a colon, and the address on the same line or
// the next.
var linkText = regexp.MustCompile(`(?m)^(?:> |- )?([^\n]*?):\s+(https?://\S+)$`)

// linksOf are the links of a letter's text with their labels, in its order.
func linksOf(body string) []linkView {
	links := []linkView{}
	for _, found := range linkText.FindAllStringSubmatch(body, -1) {
		links = append(links, linkView{Label: found[1], URL: found[2]})
	}
	return links
}
