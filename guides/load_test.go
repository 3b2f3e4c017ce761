package guides

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// tea is a small good set of two weeks, the second one a pit stop.
const teaSet = `key: tea
name: {nl: Thee, en: Tea}
purpose: {nl: Samen thee drinken., en: Drinking tea together.}
interval_days: 14
session_minutes: 30
size: {min: 3, max: 4}
quorum: 2
first_week: 0
weeks: 2
pit_stops: [1]
languages: [nl, en]
min_words: 20
official_url: https://tea.example/guides
`

func teaWeek(n int, extra string) string {
	return fmt.Sprintf(`---
week: %d
title: Pouring
summary: Today somebody pours.
prepare_minutes: 5
agenda:
  - {key: check-in, minutes: 10, title: Arrive}
  - {key: pour, minutes: 20, title: Pour}
---

## About {#about}

Some words *about* it.

## Prepare {#prepare}

Boil water.

%s
## The hour {#agenda}

Two blocks.

## Exercises {#exercises}

### Pour {#ex-pour}

1. Lift the pot.
2. Pour.

## Close {#close}

Was it hot?

## Before next time {#before-next}

Buy tea.

## Host {#host}

Warm the pot.
`, n, extra)
}

func tea() fstest.MapFS {
	files := fstest.MapFS{"tea/set.yaml": {Data: []byte(teaSet)}}
	for _, language := range []string{"nl", "en"} {
		files["tea/"+language+"/week-00.md"] = &fstest.MapFile{Data: []byte(teaWeek(0, "## Silence {#silence}\n\nMeans fine.\n"))}
		files["tea/"+language+"/week-01.md"] = &fstest.MapFile{Data: []byte(teaWeek(1, "## Pit stop {#pit-stop}\n\nHow are we?\n"))}
	}
	return files
}

// edit replaces text in one file and fails the test when the text is not there.
func edit(t *testing.T, files fstest.MapFS, name, before, after string) {
	t.Helper()
	old := string(files[name].Data)
	if !strings.Contains(old, before) {
		t.Fatalf("%s does not contain %q", name, before)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(old, before, after, 1))}
}

func mustLoad(t *testing.T, files fs.FS, options Options) *Library {
	t.Helper()
	library, err := Load(files, options)
	if err != nil {
		t.Fatal(err)
	}
	return library
}

func TestASetIsReadAsItStandsInItsFiles(t *testing.T) {
	library := mustLoad(t, tea(), Options{})
	set, ok := library.Set("tea")
	if !ok {
		t.Fatal("no set tea")
	}
	if _, ok := library.Set("coffee"); ok {
		t.Error("a set that does not exist was found")
	}
	if set.Interval != 14 || set.Minutes != 30 || set.MinSize != 3 || set.MaxSize != 4 || set.Quorum != 2 {
		t.Errorf("numbers of the set: %+v", set)
	}
	if set.LastWeek() != 1 || set.IsPitStop(0) || !set.IsPitStop(1) || set.HasWeek(2) || set.HasWeek(-1) || !set.HasWeek(0) {
		t.Errorf("weeks of the set: %d to %d, pit stops %v", set.FirstWeek, set.LastWeek(), set.PitStops)
	}
	if set.Name("en") != "Tea" || set.Name("fr") != "Thee" || set.Purpose("en") != "Drinking tea together." {
		t.Errorf("names: %q %q %q", set.Name("en"), set.Name("fr"), set.Purpose("en"))
	}
	if _, ok := set.Week(2, "nl"); ok {
		t.Error("a week beyond the last was found")
	}
	if _, ok := set.Week(0, "fr"); ok {
		t.Error("a week was found in a language that the set does not speak")
	}
}

func TestAWeekCarriesAllThatTheHourNeeds(t *testing.T) {
	library := mustLoad(t, tea(), Options{})
	set, _ := library.Set("tea")
	week, ok := set.Week(1, "en")
	if !ok {
		t.Fatal("no week 1")
	}
	if week.Number != 1 || week.Language != "en" || week.Title != "Pouring" || week.PrepareMinutes != 5 || !week.PitStop {
		t.Errorf("week: %+v", week)
	}
	if want := []AgendaItem{{"check-in", 10, "Arrive"}, {"pour", 20, "Pour"}}; !slices.Equal(week.Agenda, want) {
		t.Errorf("agenda: %v", week.Agenda)
	}
	about, _ := week.Section("about")
	if about.Title != "About" || about.HTML() != "<p>Some words <em>about</em> it.</p>\n" {
		t.Errorf("about: %q %q", about.Title, about.HTML())
	}
	exercises, _ := week.Section("exercises")
	if !strings.Contains(exercises.HTML(), `<h3 id="ex-pour">Pour</h3>`) {
		t.Errorf("exercises: %s", exercises.HTML())
	}
	missing, ok := week.Section("silence")
	if ok || missing.HTML() != "" || missing.Text() != "" {
		t.Errorf("week 1 has a section on silence: %v", missing)
	}
}

func TestTheOfficialPageCanBeReplacedPerSet(t *testing.T) {
	for name, c := range map[string]struct {
		options map[string]string
		want    string
	}{
		"without a choice the page of the set holds": {nil, "https://tea.example/guides"},
		"an own copy takes its place":                {map[string]string{"tea": "https://intranet.example/tea"}, "https://intranet.example/tea"},
		"an empty choice takes the link away":        {map[string]string{"tea": ""}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			set, _ := mustLoad(t, tea(), Options{OfficialURL: c.options}).Set("tea")
			week, _ := set.Week(0, "nl")
			if set.OfficialURL != c.want || week.OfficialURL != c.want {
				t.Errorf("got %q and %q, want %q", set.OfficialURL, week.OfficialURL, c.want)
			}
		})
	}
}

func TestRawHTMLOfAGuideIsLeftOut(t *testing.T) {
	files := tea()
	edit(t, files, "tea/nl/week-00.md", "Boil water.", "Boil <script>alert(1)</script> [water](javascript:alert(1)).")
	set, _ := mustLoad(t, files, Options{}).Set("tea")
	week, _ := set.Week(0, "nl")
	prepare, _ := week.Section("prepare")
	if html := prepare.HTML(); strings.Contains(html, "<script") || strings.Contains(html, "javascript") {
		t.Errorf("rendered: %s", html)
	}
}

func TestABrokenSetIsRefusedWithFileAndReason(t *testing.T) {
	const set, first, second = "tea/set.yaml", "tea/nl/week-00.md", "tea/en/week-01.md"
	for _, c := range []struct{ name, file, before, after, want string }{
		{"the key is not the folder", set, "key: tea", "key: thee", `key is "thee" but the folder is "tea"`},
		{"the quorum is above the smallest circle", set, "quorum: 2", "quorum: 4", "quorum 4 is above size.min 3"},
		{"the quorum is one", set, "quorum: 2", "quorum: 1", "quorum is 1"},
		{"the sizes are swapped", set, "min: 3, max: 4", "min: 4, max: 3", "size.min 4 is above size.max 3"},
		{"sessions come every zero days", set, "interval_days: 14", "interval_days: 0", "interval_days is 0"},
		{"there is no week at all", set, "weeks: 2", "weeks: 0", "weeks is 0"},
		{"a pit stop lies beyond the last week", set, "[1]", "[2]", "pit stop 2 is not one of the weeks 0 to 1"},
		{"pit stops are out of order", set, "[1]", "[1, 0]", "not in ascending order"},
		{"a name is missing in one language", set, "{nl: Thee, en: Tea}", "{nl: Thee}", `name is missing in "en"`},
		{"no language is listed", set, "[nl, en]", "[]", "languages is empty"},
		{"a language is listed twice", set, "[nl, en]", "[nl, nl]", "listed twice"},
		{"the official page is no web address", set, "https://tea.example/guides", "javascript:alert(1)", "official_url"},
		{"a field is misspelt", set, "quorum:", "quorom:", "field quorom not found"},
		{"the front matter is missing", first, "---\nweek", "week", "want front matter"},
		{"the front matter does not end", first, "\n---\n", "\n", "want front matter"},
		{"the front matter is no YAML", first, "week: 0", "week: [", "front matter: yaml"},
		{"the week is another one", first, "week: 0", "week: 1", "week is 1 but the file is that of week 0"},
		{"the title is empty", first, "title: Pouring", `title: ""`, "title: want one line"},
		{"the summary is empty", first, "summary: Today somebody pours.", "summary:", "summary: want one line"},
		{"preparing takes too long", first, "prepare_minutes: 5", "prepare_minutes: 11", "prepare_minutes is 11"},
		{"the minutes do not add up", first, "minutes: 10", "minutes: 15", "the agenda takes 35 minutes, the session 30"},
		{"a block takes no time", first, "minutes: 10", "minutes: 0", `"check-in" takes 0 minutes`},
		{"an agenda key stands twice", first, "key: pour", "key: check-in", `"check-in" stands there twice`},
		{"an agenda key has capitals", first, "key: pour", "key: Pour", `agenda key "Pour"`},
		{"a section is missing", first, "## Close {#close}", "Close", "want [about prepare silence agenda exercises close before-next host]"},
		{"two sections are swapped", first, "{#about}", "{#host}", "sections are [host prepare"},
		{"a section has no id", first, "## Host {#host}", "## Host", "sections are ["},
		{"a section has no title", first, "## Host {#host}", "## {#host}", `section "host" has no title`},
		{"a section is empty", first, "Was it hot?", "", `section "close" is empty`},
		{"the silence is missing in week 0", first, "## Silence {#silence}", "", "sections are ["},
		{"the pit stop is missing in its week", second, "## Pit stop {#pit-stop}", "", "sections are ["},
		{"text stands before the sections", first, "## About", "Hello.\n\n## About", "before the first section"},
		{"a heading is level 1", first, "Boil water.", "# Boil", "sections are level 2"},
		{"an exercise has no id", first, "{#ex-pour}", "", `exercise "" names no agenda item`},
		{"an exercise names no agenda item", first, "{#ex-pour}", "{#ex-stir}", `exercise "ex-stir" names no agenda item`},
		{"an exercise stands twice", first, "1. Lift the pot.", "### Again {#ex-pour}", `"ex-pour" stands there twice`},
		{"there is no exercise", first, "### Pour {#ex-pour}", "Pour", "no exercise found"},
		{"the guide is too short", set, "min_words: 20", "min_words: 500", "want 500 at least"},
		{"the languages differ in preparing", second, "prepare_minutes: 5", "prepare_minutes: 6", `prepare_minutes is 6, in "nl" it is 5`},
		{"the languages differ in agenda keys", second, "key: check-in", "key: arrive", `the agenda is not that of "nl"`},
		{"the languages differ in exercises", second, "### Pour {#ex-pour}", "### In {#ex-check-in}\n\nHi.\n\n### Pour {#ex-pour}", `in "nl" they are [ex-pour]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := tea()
			edit(t, files, c.file, c.before, c.after)
			wantProblem(t, files, Options{}, c.file, c.want)
		})
	}
}

func wantProblem(t *testing.T, files fs.FS, options Options, file, message string) {
	t.Helper()
	library, err := Load(files, options)
	var problems Problems
	if !errors.As(err, &problems) || library != nil {
		t.Fatalf("got library %v and error %v, want problems", library, err)
	}
	if file == "tea/set.yaml" && strings.HasPrefix(message, "want ") {
		file = problems[0].File // a rule of the set that its guides break
	}
	for _, problem := range problems {
		if problem.File == file && strings.Contains(problem.Message, message) {
			return
		}
	}
	t.Errorf("no problem of %s says %q in:\n%v", file, message, err)
}

func TestFilesThatAreMissingOrTooManyAreNamed(t *testing.T) {
	t.Run("a week is missing in one language", func(t *testing.T) {
		files := tea()
		delete(files, "tea/en/week-01.md")
		wantProblem(t, files, Options{}, "tea/en/week-01.md", "cannot be read")
	})
	t.Run("a file is misspelt", func(t *testing.T) {
		files := tea()
		files["tea/en/week-1.md"] = files["tea/en/week-01.md"]
		wantProblem(t, files, Options{}, "tea/en/week-1.md", "belongs to no week")
	})
	t.Run("a folder has no set.yaml", func(t *testing.T) {
		files := tea()
		delete(files, "tea/set.yaml")
		wantProblem(t, files, Options{}, "tea/set.yaml", "cannot be read")
	})
	t.Run("there is no set at all", func(t *testing.T) {
		wantProblem(t, fstest.MapFS{}, Options{}, ".", "no guide set found")
	})
	t.Run("an official page is configured for an unknown set", func(t *testing.T) {
		options := Options{OfficialURL: map[string]string{"coffee": "https://coffee.example"}}
		wantProblem(t, tea(), options, ".", `"coffee", which does not exist`)
	})
	t.Run("a configured official page is no web address", func(t *testing.T) {
		wantProblem(t, tea(), Options{OfficialURL: map[string]string{"tea": "guides"}}, ".", "want an http or https address")
	})
}

func TestAllProblemsAreReportedTogether(t *testing.T) {
	files := tea()
	edit(t, files, "tea/set.yaml", "quorum: 2", "quorum: 4")
	edit(t, files, "tea/nl/week-00.md", "minutes: 10", "minutes: 15")
	edit(t, files, "tea/en/week-01.md", "## Close {#close}", "Close")
	_, err := Load(files, Options{})
	for _, file := range []string{"tea/set.yaml", "tea/nl/week-00.md", "tea/en/week-01.md"} {
		if err == nil || !strings.Contains(err.Error(), file+": ") {
			t.Errorf("%s is not named in: %v", file, err)
		}
	}
}

func TestLineEndsOfWindowsAreRead(t *testing.T) {
	files := tea()
	for name, file := range files {
		files[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(file.Data), "\n", "\r\n"))}
	}
	mustLoad(t, files, Options{})
}
