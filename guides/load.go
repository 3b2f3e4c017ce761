package guides

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
)

// Options adapts the loaded sets to the place they run at.
type Options struct {
	// OfficialURL replaces the official page of a set, by its key. Pages move
	// and some organisations have their own copy.
	OfficialURL map[string]string
}

// Library is all guide sets of the program. It never changes once loaded.
type Library struct {
	sets []Set
}

// Sets returns the sets in the order of their keys.
func (l *Library) Sets() []Set { return slices.Clone(l.sets) }

// Set returns the set with this key, and false when there is none.
func (l *Library) Set(key string) (Set, bool) {
	i, found := slices.BinarySearchFunc(l.sets, key, func(s Set, key string) int { return cmp.Compare(s.Key, key) })
	if !found {
		return Set{}, false
	}
	return l.sets[i], true
}

// Load reads and checks every guide set below the root of files, one folder per
// set. The error is of type Problems and holds everything that is wrong with
// any of them; when it is nil the sets are complete.
func Load(files fs.FS, options Options) (*Library, error) {
	top := report{file: "."}
	folders, err := fs.ReadDir(files, ".")
	if err != nil {
		top.add("%v", err)
		return nil, top.found
	}
	library := &Library{}
	problems := Problems{}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		loader := loader{files: files, page: newPage()}
		library.sets = append(library.sets, loader.load(folder.Name(), options))
		problems = append(problems, loader.problems...)
	}
	top.must(len(library.sets) > 0, "no guide set found")
	for _, key := range slices.Sorted(maps.Keys(options.OfficialURL)) {
		_, known := library.Set(key)
		top.must(known, "an official page is configured for the set %q, which does not exist", key)
		top.must(isWebAddress(options.OfficialURL[key]), "official page of %q: want an http or https address", key)
	}
	if problems = append(top.found, problems...); len(problems) > 0 {
		return nil, problems
	}
	return library, nil
}

// loader reads one set and collects what is wrong with it.
type loader struct {
	files    fs.FS
	page     page
	problems Problems
}

func (l *loader) load(key string, options Options) Set {
	settings, ok := l.settings(key)
	if !ok {
		return Set{Key: key} // the weeks cannot be judged without the numbers
	}
	set := settings.set()
	if replacement, ok := options.OfficialURL[key]; ok {
		set.OfficialURL = replacement
	}
	for n := set.FirstWeek; n <= set.LastWeek(); n++ {
		l.week(&set, settings, n)
	}
	l.strangers(key, settings)
	return set
}

func (l *loader) settings(key string) (settings, bool) {
	r := report{file: path.Join(key, "set.yaml")}
	source, err := fs.ReadFile(l.files, r.file)
	if err != nil {
		r.add("cannot be read: %v", err)
		l.problems = append(l.problems, r.found...)
		return settings{}, false
	}
	s := readSettings(key, source, &r)
	l.problems = append(l.problems, r.found...)
	return s, s.Weeks >= 1 && s.Weeks <= mostWeeks
}

// week reads one week in all languages and holds them against the first.
func (l *loader) week(set *Set, settings settings, n int) {
	var first *Week
	for _, language := range set.Languages {
		r := report{file: path.Join(set.Key, language, weekFile(n))}
		source, err := fs.ReadFile(l.files, r.file)
		if err != nil {
			r.add("cannot be read: %v", err)
			l.problems = append(l.problems, r.found...)
			continue
		}
		week, readable := readWeek(source, settings, n, l.page, &r)
		week.Language, week.OfficialURL = language, set.OfficialURL
		switch {
		case readable && first == nil:
			first = &week
		case readable:
			compare(*first, week, &r)
		}
		set.guides[guideKey{n, language}] = week
		l.problems = append(l.problems, r.found...)
	}
}

// strangers reports files that belong to no week: a misspelt name would
// otherwise show only as a missing one.
func (l *loader) strangers(key string, s settings) {
	for _, language := range s.Languages {
		entries, err := fs.ReadDir(l.files, path.Join(key, language))
		if err != nil {
			continue // every week of it is reported as missing already
		}
		for _, entry := range entries {
			if !s.expects(entry.Name()) {
				l.problems = append(l.problems, Problem{path.Join(key, language, entry.Name()), "belongs to no week of the set"})
			}
		}
	}
}

func (s settings) expects(name string) bool {
	for n := s.FirstWeek; n < s.FirstWeek+s.Weeks; n++ {
		if name == weekFile(n) {
			return true
		}
	}
	return false
}

func (s settings) set() Set {
	return Set{
		Key: s.Key, FirstWeek: s.FirstWeek, Weeks: s.Weeks, PitStops: s.PitStops,
		Interval: s.IntervalDays, Minutes: s.SessionMinutes,
		MinSize: s.Size.Min, MaxSize: s.Size.Max, Quorum: s.Quorum,
		Languages: s.Languages, OfficialURL: s.OfficialURL,
		names: s.Name, purposes: s.Purpose, guides: map[guideKey]Week{},
	}
}

func weekFile(n int) string { return fmt.Sprintf("week-%02d.md", n) }
