package mail

import (
	"strings"
	"unicode/utf8"
)

// textWidth is the longest line of a text part, addresses excepted: what every program shows unbroken.
const textWidth = 72

// Text is the body as plain text: lines of at most 72 characters, addresses never broken, an empty
// line between blocks, the footer below the usual "-- ".
func (b Body) Text() string {
	page := &textPage{}
	if b.Title != "" {
		page.underlined(b.Title, "=")
	}
	if b.Greeting != "" {
		page.paragraph(b.Greeting, "", "")
	}
	for _, block := range b.Blocks {
		block.text(page)
	}
	if b.Closing != "" {
		page.paragraph(b.Closing, "", "")
	}
	if len(b.Footer) > 0 {
		page.gap()
		page.line("-- ")
		for _, link := range b.Footer {
			page.link(link, "", "")
		}
	}
	return page.out.String()
}

type textPage struct{ out strings.Builder }

// gap is the empty line before a block, unless it is the first.
func (p *textPage) gap() {
	if p.out.Len() > 0 {
		p.out.WriteByte('\n')
	}
}

func (p *textPage) line(text string) {
	p.out.WriteString(text)
	p.out.WriteByte('\n')
}

func (p *textPage) underlined(title, mark string) {
	p.gap()
	for _, line := range wrap(oneLine(title), textWidth, textWidth) {
		p.line(line)
		p.line(strings.Repeat(mark, utf8.RuneCountInString(line)))
	}
}

func (p *textPage) paragraph(text, first, rest string) {
	p.gap()
	p.wrapped(text, first, rest)
}

// wrapped writes a text, its first line behind first and all others behind rest.
func (p *textPage) wrapped(text, first, rest string) {
	prefix := first
	for _, line := range lines(text) {
		for _, part := range wrap(line, room(prefix), room(rest)) {
			p.line(strings.TrimRight(prefix+part, " "))
			prefix = rest
		}
	}
}

// link writes "Label: address", the address on a line of its own when both do not fit.
func (p *textPage) link(link Link, first, rest string) {
	label := oneLine(link.Label)
	switch {
	case link.URL == "":
		p.wrapped(label, first, rest)
	case label == "":
		p.line(first + link.URL)
	case utf8.RuneCountInString(first+label+link.URL)+2 <= textWidth:
		p.line(first + label + ": " + link.URL)
	default:
		p.wrapped(label+":", first, rest)
		p.line(rest + link.URL)
	}
}

func (b Paragraph) text(p *textPage) { p.paragraph(string(b), "", "") }
func (b Heading) text(p *textPage)   { p.underlined(string(b), "-") }
func (b Note) text(p *textPage)      { p.paragraph(string(b), "", "") }

func (b Facts) text(p *textPage) {
	p.gap()
	for _, fact := range b {
		p.wrapped(fact.Label+": "+fact.Value, "", "  ")
		if fact.URL != "" && fact.URL != fact.Value {
			p.line("  " + fact.URL)
		}
	}
}

func (b Buttons) text(p *textPage) {
	for _, button := range b {
		p.gap()
		p.wrapped(button.Label+":", "> ", "  ")
		p.line("  " + button.URL)
	}
}

func (b List) text(p *textPage) {
	p.gap()
	for _, item := range b {
		p.wrapped(item, "- ", "  ")
	}
}

func (b Links) text(p *textPage) {
	p.gap()
	for _, link := range b {
		p.link(link, "- ", "  ")
	}
}

func (b Quote) text(p *textPage) {
	p.gap()
	if b.By != "" {
		p.wrapped(b.By+":", "", "")
	}
	p.wrapped(b.Text, "> ", "> ")
}

func (b Rendered) text(p *textPage) {
	p.gap()
	for line := range strings.Lines(strings.Trim(b.Text, "\n")) {
		p.line(strings.TrimRight(line, "\r\n "))
	}
}

// room is what a prefix leaves of a line.
func room(prefix string) int { return textWidth - utf8.RuneCountInString(prefix) }

// wrap breaks a text between words: the first line holds at most first characters, the others at most rest; a longer
// word stands alone.
func wrap(text string, first, rest int) []string {
	var out []string
	current, used, width := "", 0, first
	for _, word := range strings.Fields(text) {
		length := utf8.RuneCountInString(word)
		if used > 0 && used+1+length > width {
			out = append(out, current)
			current, used, width = "", 0, rest
		}
		if used > 0 {
			current += " "
			used++
		}
		current += word
		used += length
	}
	return append(out, current)
}
