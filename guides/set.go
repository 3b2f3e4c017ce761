package guides

import "slices"

// Set is a guide set: the numbers a circle runs by, and a guide for each of its
// weeks. It is read-only; its slices are shared between copies.
type Set struct {
	Key       string   // as in links and in the programme's choice: "wol"
	FirstWeek int      // 0 when the set opens with a week of agreements, else 1
	Weeks     int      // how many guides it has, the first one included
	PitStops  []int    // weeks in which the circle looks at itself, ascending
	Interval  int      // days from one session to the next
	Minutes   int      // length of a session
	MinSize   int      // members a circle of this set starts with at least
	MaxSize   int      // and at most
	Quorum    int      // members with whom a session goes ahead
	Languages []string // "nl", "en"; every guide exists in each of them

	// OfficialURL is the page of the method's owner that guides link to; empty
	// when there is none.
	OfficialURL string

	names, purposes map[string]string
	guides          map[guideKey]Week
}

type guideKey struct {
	week     int
	language string
}

// LastWeek is the number of the last guide: 12 for a set of 13 that begins at 0.
func (s Set) LastWeek() int { return s.FirstWeek + s.Weeks - 1 }

// HasWeek tells whether the set has a guide with this number.
func (s Set) HasWeek(n int) bool { return n >= s.FirstWeek && n <= s.LastWeek() }

// IsPitStop tells whether the circle looks at itself in week n.
func (s Set) IsPitStop(n int) bool { return slices.Contains(s.PitStops, n) }

// Name is what the set is called, in the first language of the set when it does
// not speak the one asked for.
func (s Set) Name(language string) string { return s.inLanguage(s.names, language) }

// Purpose says in one or two sentences what the set is for; languages as in Name.
func (s Set) Purpose(language string) string { return s.inLanguage(s.purposes, language) }

// Week returns the guide of week n, and false when the set has no such week or
// does not speak the language.
func (s Set) Week(n int, language string) (Week, bool) {
	week, ok := s.guides[guideKey{n, language}]
	return week, ok
}

func (s Set) inLanguage(texts map[string]string, language string) string {
	if text, ok := texts[language]; ok {
		return text
	}
	return texts[s.Languages[0]]
}

// Week is one guide in one language: all a circle needs to run its session.
type Week struct {
	Number         int
	Language       string
	Title          string
	Summary        string // one warm sentence, for letters
	PrepareMinutes int    // what preparing takes, ten at most
	PitStop        bool
	Agenda         []AgendaItem // fills the session to the minute
	Sections       []Section    // in the order of doc.go
	OfficialURL    string       // as in the Set
}

// Section returns the section with this id.
func (w Week) Section(id string) (Section, bool) {
	i := slices.IndexFunc(w.Sections, func(s Section) bool { return s.ID == id })
	if i < 0 {
		return Section{}, false
	}
	return w.Sections[i], true
}

// AgendaItem is one block of the hour. Its key is the same in every language. An
// exercise that belongs to it stands under the heading "ex-" + key.
type AgendaItem struct {
	Key     string
	Minutes int
	Title   string
}

// Section is one part of a guide, without its heading line.
type Section struct {
	ID       string // the same in every language, see doc.go
	Title    string
	Markdown string

	exercises []string // ids of its level-3 headings, in the section of exercises
	page      page
	html      func() string
}

// HTML is the section without its title, rendered at the first call. Raw HTML of
// the source is left out, so it is safe to show. Exercises are level-3 headings
// with their ids.
func (s Section) HTML() string {
	if s.html == nil {
		return ""
	}
	return s.html()
}
