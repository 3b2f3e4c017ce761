package guides

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// frontMatter is the head of a week file, between the two lines of hyphens.
type frontMatter struct {
	Week           int          `yaml:"week"`
	Title          string       `yaml:"title"`
	Summary        string       `yaml:"summary"`
	PrepareMinutes int          `yaml:"prepare_minutes"`
	Agenda         []AgendaItem `yaml:"agenda"`
}

const mostPrepareMinutes = 10

var errNoFrontMatter = errors.New(`want front matter: a line "---", YAML, a line "---"`)

// readWeek reads the file of week n and checks it on its own. It answers false
// when the file is too broken to be compared with another.
func readWeek(source []byte, s settings, n int, p page, r *report) (Week, bool) {
	source = bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))
	head, body, err := splitFrontMatter(source)
	if err != nil {
		r.add("%v", err)
		return Week{Number: n}, false
	}
	front := frontMatter{Week: -1}
	decoder := yaml.NewDecoder(bytes.NewReader(head))
	decoder.KnownFields(true)
	if err := decoder.Decode(&front); err != nil {
		r.add("front matter: %v", err)
		return Week{Number: n}, false
	}
	front.check(s, n, r)
	week := Week{
		Number: n, Title: front.Title, Summary: front.Summary, PrepareMinutes: front.PrepareMinutes,
		PitStop: s.isPitStop(n), Agenda: front.Agenda, Sections: p.sections(string(body), r),
	}
	week.checkBody(s, r)
	return week, true
}

func splitFrontMatter(source []byte) (head, body []byte, err error) {
	rest, ok := bytes.CutPrefix(source, []byte("---\n"))
	if !ok {
		return nil, nil, errNoFrontMatter
	}
	head, body, ok = bytes.Cut(rest, []byte("\n---\n"))
	if !ok {
		return nil, nil, errNoFrontMatter
	}
	return head, body, nil
}

func (f frontMatter) check(s settings, n int, r *report) {
	r.must(f.Week == n, "week is %d but the file is that of week %d", f.Week, n)
	r.must(isLine(f.Title), "title: want one line of text")
	r.must(isLine(f.Summary), "summary: want one line of text")
	r.must(f.PrepareMinutes >= 0 && f.PrepareMinutes <= mostPrepareMinutes,
		"prepare_minutes is %d: want 0 to %d", f.PrepareMinutes, mostPrepareMinutes)
	sum := 0
	for i, item := range f.Agenda {
		r.must(keyPattern.MatchString(item.Key), "agenda key %q: want lower case letters, digits and single hyphens", item.Key)
		same := func(other AgendaItem) bool { return other.Key == item.Key }
		r.must(!slices.ContainsFunc(f.Agenda[:i], same), "agenda key %q stands there twice", item.Key)
		r.must(isLine(item.Title), "agenda item %q: want one line of text as its title", item.Key)
		r.must(item.Minutes >= 1 && item.Minutes <= s.SessionMinutes, "agenda item %q takes %d minutes", item.Key, item.Minutes)
		sum += item.Minutes
	}
	r.must(sum == s.SessionMinutes, "the agenda takes %d minutes, the session %d", sum, s.SessionMinutes)
}

func isLine(text string) bool {
	return strings.TrimSpace(text) != "" && !strings.ContainsAny(text, "\n\r")
}

// wantedSections lists the section ids of week n in their order.
func (s settings) wantedSections(n int) []string {
	ids := []string{"about", "prepare"}
	if s.isPitStop(n) {
		ids = append(ids, "pit-stop")
	}
	if n == 0 {
		ids = append(ids, "silence")
	}
	return append(ids, "agenda", "exercises", "close", "before-next", "host")
}

func (w Week) checkBody(s settings, r *report) {
	wanted, got := s.wantedSections(w.Number), sectionIDs(w.Sections)
	r.must(slices.Equal(wanted, got), "sections are [%s], want [%s]", strings.Join(got, " "), strings.Join(wanted, " "))
	words := 0
	for _, section := range w.Sections {
		r.must(section.Title != "", "section %q has no title", section.ID)
		r.must(section.Markdown != "", "section %q is empty", section.ID)
		words += countWords(section.Title) + countWords(section.Markdown)
	}
	r.must(words >= s.MinWords, "has %d words, want %d at least", words, s.MinWords)
	w.checkExercises(r)
}

// checkExercises makes sure that whoever hosts finds the block of the agenda to
// every exercise.
func (w Week) checkExercises(r *report) {
	section, _ := w.Section("exercises")
	exercises := section.exercises
	r.must(len(exercises) > 0, "no exercise found: want level-3 headings with ids under the exercises")
	for i, id := range exercises {
		key, isExercise := strings.CutPrefix(id, "ex-")
		ofItem := func(item AgendaItem) bool { return item.Key == key }
		r.must(isExercise && slices.ContainsFunc(w.Agenda, ofItem), "exercise %q names no agenda item", id)
		r.must(!slices.Contains(exercises[:i], id), "exercise %q stands there twice", id)
	}
}

func sectionIDs(sections []Section) []string {
	ids := make([]string, len(sections))
	for i, section := range sections {
		ids[i] = section.ID
	}
	return ids
}

func countWords(text string) int {
	n := 0
	for range strings.FieldsSeq(text) {
		n++
	}
	return n
}
