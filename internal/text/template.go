package text

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// sentence is a parsed text: literals[0] names[0] literals[1] names[1] ... literals[n].
type sentence struct {
	literals []string
	names    []string
	length   int // of all literals, to size the answer
}

// sentences is the template parser that go-i18n is given. What it parses is kept by go-i18n, at the first use.
type sentences struct{}

// Parse reads a sentence; the delimiters are always {{ and }}.
func (sentences) Parse(src, _, _ string) (template.ParsedTemplate, error) { return parse(src) }

// Cacheable lets go-i18n keep what Parse answers.
func (sentences) Cacheable() bool { return true }

var errTemplate = errors.New("only variables like {{.name}} are allowed")

func parse(src string) (*sentence, error) {
	n := strings.Count(src, "{{")
	s := &sentence{literals: make([]string, 0, n+1), names: make([]string, 0, n)}
	for {
		before, rest, found := strings.Cut(src, "{{")
		if strings.Contains(before, "}}") {
			return nil, errTemplate
		}
		s.literals = append(s.literals, before)
		s.length += len(before)
		if !found {
			return s, nil
		}
		name, after, closed := strings.Cut(rest, "}}")
		name, dotted := strings.CutPrefix(strings.TrimSpace(name), ".")
		if !closed || !dotted || !isName(name) {
			return nil, errTemplate
		}
		s.names = append(s.names, name)
		src = after
	}
}

func isName(name string) bool {
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r != '_' && (r < '0' || r > '9')) {
			return false
		}
	}
	return name != ""
}

// Execute says the sentence with data, a map[string]any. A variable without a value becomes "…" and an error names it;
// the sentence is answered all the same.
func (s *sentence) Execute(data any) (string, error) {
	if len(s.names) == 0 {
		return s.literals[0], nil
	}
	args, _ := data.(map[string]any)
	var missing error
	out := make([]byte, 0, s.length+16*len(s.names))
	for i, name := range s.names {
		out = append(out, s.literals[i]...)
		value, ok := args[name]
		if !ok {
			missing = fmt.Errorf("no value for %s", name)
			value = "…"
		}
		out = appendValue(out, value)
	}
	return string(append(out, s.literals[len(s.names)]...)), missing
}

func appendValue(out []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return append(out, v...)
	case int:
		return strconv.AppendInt(out, int64(v), 10)
	default:
		return fmt.Append(out, v)
	}
}
