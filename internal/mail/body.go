package mail

import (
	"errors"
	"net/url"
	"strings"
)

// Body is what a mail says, in its order. Text and HTML are both made from it, so neither can say
// what the other does not. All strings are plain text: nothing in them is read as markup.
type Body struct {
	Title    string // a first heading; may be empty
	Greeting string // "Dag An,"
	Blocks   []Block
	Closing  string // may have several lines
	Footer   []Link // small print; a link without URL is a sentence
}

// Block is one piece of a body. The kinds: [Paragraph], [Heading], [Note], [Facts], [Buttons], [List],
// [Links], [Quote] and [Rendered].
type Block interface {
	text(*textPage)
	html(*htmlPage)
	links() []Link
}

// Paragraph is running text. A line break in it stays a line break.
type Paragraph string

// Heading stands above a part of the mail.
type Heading string

// Note is an aside, in smaller type.
type Note string

// Fact is one thing to know: "When: Tuesday 6 March, 12:30". URL makes the value a link.
type Fact struct{ Label, Value, URL string }

// Facts is a short table of things to know.
type Facts []Fact

// Link is a label and where it leads: http, https, mailto or webcal.
type Link struct{ Label, URL string }

// Buttons are what the reader can do, the most likely first.
type Buttons []Link

// List is a list with bullets.
type List []string

// Links is a list of links.
type Links []Link

// Quote is what a person wrote, with that person's name.
type Quote struct{ By, Text string }

// Rendered is text that a room made in both forms from one source of its own, such as the Markdown of
// a guide. HTML is taken as it is: it must come from us or from a sanitiser.
type Rendered struct{ Text, HTML string }

// check answers an error for a link that a mail program must not be given.
func (b Body) check() error {
	links := b.Footer
	for _, block := range b.Blocks {
		links = append(links[:len(links):len(links)], block.links()...)
	}
	for _, link := range links {
		if link.URL != "" && !safe(link.URL) {
			return errors.New("a link in a mail leads to no http, https, mailto or webcal address")
		}
	}
	return nil
}

func safe(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || !token(raw) {
		return false
	}
	switch u.Scheme {
	case "http", "https", "webcal":
		return u.Host != ""
	case "mailto":
		return u.Opaque != ""
	default:
		return false
	}
}

func (Paragraph) links() []Link { return nil }
func (Heading) links() []Link   { return nil }
func (Note) links() []Link      { return nil }
func (List) links() []Link      { return nil }
func (Quote) links() []Link     { return nil }
func (Rendered) links() []Link  { return nil }
func (b Buttons) links() []Link { return b }
func (l Links) links() []Link   { return l }
func (f Facts) links() []Link {
	links := make([]Link, len(f))
	for i, fact := range f {
		links[i] = Link{fact.Label, fact.URL}
	}
	return links
}

// lines cuts a text at its line breaks, each line clean of control and direction characters.
func lines(text string) []string {
	cut := strings.Split(strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n"), "\n")
	for i, line := range cut {
		cut[i] = oneLine(line)
	}
	return cut
}
