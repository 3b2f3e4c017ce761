package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// entry is one text in one language: Other alone, or both forms of a plural.
type entry struct {
	One   string `json:"one"`
	Other string `json:"other"`

	room      int
	variables []string
}

// loading is a catalogue in the making, with all that is wrong with it.
type loading struct {
	entries  map[string]map[string]entry // by language, then key
	mistakes []string
}

// Load merges the texts of the rooms, each a file system with text.nl.json and text.en.json at its root. All mistakes
// (see the package's refusals) come back as one error, a line each; rooms are counted from 1 in the order given.
func Load(rooms ...fs.FS) (*Catalog, error) {
	l := &loading{entries: map[string]map[string]entry{Dutch: {}, English: {}}}
	for i, room := range rooms {
		for _, lang := range []string{Dutch, English} {
			l.file(i+1, room, lang)
		}
	}
	l.compare(Dutch, English)
	l.compare(English, Dutch)
	if len(l.mistakes) > 0 {
		slices.Sort(l.mistakes)
		return nil, errors.New("texts:\n" + strings.Join(slices.Compact(l.mistakes), "\n"))
	}
	return newCatalog(l.entries)
}

func (l *loading) mistake(format string, args ...any) {
	l.mistakes = append(l.mistakes, fmt.Sprintf(format, args...))
}

func (l *loading) file(room int, files fs.FS, lang string) {
	name := "text." + lang + ".json"
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		l.mistake("room %d: %v", room, err)
		return
	}
	err = eachMember(raw, func(key string, value []byte) { l.add(room, lang, key, value) })
	if err != nil {
		l.mistake("room %d: %s: %v", room, name, err)
	}
}

func (l *loading) add(room int, lang, key string, value []byte) {
	e, err := readEntry(value)
	e.room = room
	if err != nil {
		l.mistake("room %d: %s in %s: %v", room, key, lang, err)
	}
	if earlier, taken := l.entries[lang][key]; taken {
		l.mistake("room %d: %s in %s is defined already by room %d", room, key, lang, earlier.room)
		return
	}
	l.entries[lang][key] = e
}

// compare finds what one language has and the other lacks.
func (l *loading) compare(lang, other string) {
	for key, e := range l.entries[lang] {
		o, ok := l.entries[other][key]
		if !ok {
			l.mistake("room %d: %s is missing in %s", e.room, key, other)
		} else if lang == Dutch && !slices.Equal(e.variables, o.variables) {
			l.mistake("room %d: %s has the variables [%s] in nl and [%s] in en",
				e.room, key, strings.Join(e.variables, " "), strings.Join(o.variables, " "))
		}
	}
}

// readEntry reads a JSON string or {"one": ..., "other": ...}.
func readEntry(value []byte) (entry, error) {
	var e entry
	if value[0] == '"' {
		e.Other = unquote(value)
		return e.check(e.Other)
	}
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return e, errors.New(`neither a text nor {"one": ..., "other": ...}`)
	}
	e, err := e.check(e.One, e.Other)
	if err == nil && !slices.Contains(e.variables, count) {
		err = errors.New("a plural without {{.count}}")
	}
	return e, err
}

func (e entry) check(forms ...string) (entry, error) {
	for _, form := range forms {
		if strings.TrimSpace(form) == "" {
			return e, errors.New("empty")
		}
		s, err := parse(form)
		if err != nil {
			return e, err
		}
		if e.variables == nil {
			e.variables = s.names
		} else {
			e.variables = append(e.variables, s.names...)
		}
	}
	slices.Sort(e.variables)
	e.variables = slices.Compact(e.variables)
	return e, nil
}
