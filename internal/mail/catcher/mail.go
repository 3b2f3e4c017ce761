package catcher

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strings"
)

// Envelope is what was said beside the mail: MAIL FROM and RCPT TO.
type Envelope struct {
	From string
	To   []string
}

// Mail is a mail taken in, with its parts decoded.
type Mail struct {
	Number    int // 1 for the first mail of the box, rising
	Envelope  Envelope
	Header    netmail.Header
	From, To  string // as the header says, decoded
	Subject   string
	MessageID string // without brackets
	Text      string // the text/plain part, lines end with LF
	HTML      string
	Calendars []Part // text/calendar alternatives
	Files     []Part // attachments
	Shape     string // the tree of media types: "mixed(alternative(text/plain text/html) application/ics)"
	Raw       []byte
	Err       error // why it could not be read to the end
}

// Part is a calendar or an attached file.
type Part struct {
	MediaType string            // "text/calendar"
	Params    map[string]string // "method": "REQUEST"
	Name      string            // of an attached file
	Body      []byte
}

// Parse reads a mail. What could be read is there even when Err is set.
func Parse(envelope Envelope, raw []byte) Mail {
	m := Mail{Envelope: envelope, Raw: raw}
	message, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		m.Err = fmt.Errorf("read header: %w", err)
		return m
	}
	m.Header = message.Header
	m.From, m.To = decoded(message.Header.Get("From")), decoded(message.Header.Get("To"))
	m.Subject = decoded(message.Header.Get("Subject"))
	m.MessageID = strings.Trim(message.Header.Get("Message-Id"), "<> ")
	m.Shape, m.Err = m.part(textproto.MIMEHeader(message.Header), message.Body, false)
	return m
}

func decoded(value string) string {
	var words mime.WordDecoder
	if text, err := words.DecodeHeader(value); err == nil {
		return text
	}
	return value
}

// part files one part, or the parts below it, and answers the tree of types.
func (m *Mail) part(header textproto.MIMEHeader, body io.Reader, alternative bool) (string, error) {
	kind, params, err := mediaType(header)
	if err != nil {
		return "", err
	}
	if branch, found := strings.CutPrefix(kind, "multipart/"); found {
		return m.parts(branch, multipart.NewReader(body, params["boundary"]))
	}
	content, err := io.ReadAll(uncoded(header, body))
	if err != nil {
		return kind, fmt.Errorf("read %s: %w", kind, err)
	}
	m.file(Part{MediaType: kind, Params: params, Name: fileName(header), Body: content}, alternative)
	return kind, nil
}

func (m *Mail) parts(branch string, reader *multipart.Reader) (string, error) {
	var shapes []string
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return branch + "(" + strings.Join(shapes, " ") + ")", nil
		}
		if err != nil {
			return branch, fmt.Errorf("read multipart/%s: %w", branch, err)
		}
		shape, err := m.part(part.Header, part, branch == "alternative")
		if err != nil {
			return branch, err
		}
		shapes = append(shapes, shape)
	}
}

func (m *Mail) file(part Part, alternative bool) {
	switch {
	case part.Name != "":
		m.Files = append(m.Files, part)
	case part.MediaType == "text/calendar" && alternative:
		m.Calendars = append(m.Calendars, part)
	case part.MediaType == "text/html":
		m.HTML = unixLines(part.Body)
	case part.MediaType == "text/plain":
		m.Text = unixLines(part.Body)
	default:
		m.Files = append(m.Files, part)
	}
}

func unixLines(body []byte) string { return strings.ReplaceAll(string(body), "\r\n", "\n") }

func mediaType(header textproto.MIMEHeader) (string, map[string]string, error) {
	value := header.Get("Content-Type")
	if value == "" {
		return "text/plain", nil, nil
	}
	kind, params, err := mime.ParseMediaType(value)
	if err != nil {
		return "", nil, fmt.Errorf("content type %q: %w", value, err)
	}
	return kind, params, nil
}

func fileName(header textproto.MIMEHeader) string {
	kind, params, err := mime.ParseMediaType(header.Get("Content-Disposition"))
	if err != nil || kind != "attachment" {
		return ""
	}
	return params["filename"]
}

func uncoded(header textproto.MIMEHeader, body io.Reader) io.Reader {
	switch strings.ToLower(header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	default:
		return body
	}
}
