package guides

import (
	"bytes"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"
)

// page renders the Markdown of guides: CommonMark, headings with ids of their
// own, raw HTML left out.
type page struct {
	markdown goldmark.Markdown
}

func newPage() page {
	return page{goldmark.New(goldmark.WithParserOptions(parser.WithHeadingAttribute()))}
}

func (p page) html(markdown string) string {
	var out bytes.Buffer
	if err := p.markdown.Convert([]byte(markdown), &out); err != nil {
		panic(err) // CommonMark has no invalid text, and a buffer takes all writes
	}
	return out.String()
}

// sections cuts the body of a guide at its level-2 headings. It looks at lines
// only: parsing and rendering every guide would be most of the time that loading
// takes, and few of them are read in the life of a process.
func (p page) sections(body string, r *report) []Section {
	var (
		sections      []Section
		open          *Section
		fenced, stray bool
		at, from      int // the line, and where the Markdown of the open section begins
	)
	end := func() {
		if open != nil {
			sections = append(sections, p.finish(*open, body[from:at]))
		}
	}
	for line := range strings.Lines(body) {
		level, text := heading(line)
		switch {
		case isFence(line):
			fenced = !fenced
		case fenced:
		case level == 2:
			end()
			open, from = &Section{}, at+len(line)
			open.Title, open.ID = titleAndID(text)
		case level == 1:
			r.add("heading %q: sections are level 2, the title stands in the front matter", text)
		case level == 3 && open != nil && open.ID == "exercises":
			_, id := titleAndID(text)
			open.exercises = append(open.exercises, id)
		}
		stray = stray || open == nil && strings.TrimSpace(line) != ""
		at += len(line)
	}
	end()
	r.must(!stray, "text stands before the first section")
	return sections
}

func (p page) finish(s Section, markdown string) Section {
	s.Markdown = strings.TrimSpace(markdown)
	s.page = p
	s.html = sync.OnceValue(func() string { return p.html(s.Markdown) })
	return s
}

// heading answers the level of a heading line and its text, or 0.
func heading(line string) (level int, text string) {
	text = strings.TrimLeft(line, "#")
	level = len(line) - len(text)
	if level > 6 || !strings.HasPrefix(text, " ") {
		return 0, ""
	}
	return level, strings.TrimSpace(text)
}

func isFence(line string) bool {
	line = strings.TrimLeft(line, " ")
	return strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~")
}

// titleAndID splits "Title {#id}"; the id is empty when there is none.
func titleAndID(text string) (title, id string) {
	title, rest, found := strings.Cut(text, "{#")
	id, closed := strings.CutSuffix(rest, "}")
	if !found || !closed {
		return text, ""
	}
	return strings.TrimSpace(title), id
}
