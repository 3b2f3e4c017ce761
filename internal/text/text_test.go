package text_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"kring/internal/text"
)

func room(nl, en string) fs.FS {
	return fstest.MapFS{
		"text.nl.json": {Data: []byte(nl)},
		"text.en.json": {Data: []byte(en)},
	}
}

func load(t testing.TB, rooms ...fs.FS) *text.Catalog {
	t.Helper()
	c, err := text.Load(rooms...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func sample(t testing.TB) *text.Catalog {
	return load(t,
		room(`{"hello": "Dag {{.name}}", "seats": {"one": "nog één plaats", "other": "nog {{.count}} plaatsen"}}`,
			`{"hello": "Hello {{ .name }}", "seats": {"one": "one seat left", "other": "{{.count}} seats left"}}`),
		room(`{"problem.invalid": "Dit klopt niet."}`, `{"problem.invalid": "This is not right."}`))
}

func TestSay(t *testing.T) {
	c := sample(t)
	for _, tt := range []struct {
		name, lang, key string
		args            map[string]any
		want            string
	}{
		{"a variable is filled in", "nl", "hello", map[string]any{"name": "Anke"}, "Dag Anke"},
		{"spaces around a variable do not matter", "en", "hello", map[string]any{"name": "Anke"}, "Hello Anke"},
		{"a value is not a template", "en", "hello", map[string]any{"name": "{{.x}}"}, "Hello {{.x}}"},
		{"one takes the singular", "nl", "seats", map[string]any{"count": 1}, "nog één plaats"},
		{"none takes the plural", "en", "seats", map[string]any{"count": 0}, "0 seats left"},
		{"two takes the plural", "nl", "seats", map[string]any{"count": 2}, "nog 2 plaatsen"},
		{"a count may stand with a plain text", "nl", "problem.invalid", map[string]any{"count": 1}, "Dit klopt niet."},
		{"an unknown language is English", "de", "problem.invalid", nil, "This is not right."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.Say(tt.lang, tt.key, tt.args); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSayMakesTheBestOfADefect(t *testing.T) {
	c := sample(t)
	for _, tt := range []struct{ name, key, want string }{
		{"a key that does not exist is said itself", "nothing", "nothing"},
		{"a variable without a value is left open", "hello", "Dag …"},
		{"a plural without a count is a plural", "seats", "nog … plaatsen"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.Say("nl", tt.key, nil); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestStrictPanics(t *testing.T) {
	c := sample(t).Strict()
	for name, say := range map[string]func(){
		"for a key that does not exist":     func() { c.Say("nl", "nothing", nil) },
		"for a variable without a value":    func() { c.Say("nl", "hello", nil) },
		"for a plural without a count":      func() { c.Say("nl", "seats", nil) },
		"for a plural with a senseless one": func() { c.Say("nl", "seats", map[string]any{"count": []int{1}}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			say()
		})
	}
}

func TestLoadReportsEveryMistakeAtOnce(t *testing.T) {
	_, err := text.Load(
		room(`{"a": "A", "twice": "x", "twice": "y", "vars": "{{.een}}", "bad": "{{if .x}}", "open": "{{.x", "close": "x}}"}`,
			`{"a": "A", "twice": "x", "vars": "{{.one}}", "bad": "b", "open": "o", "close": "c"}`),
		room(`{"a": "A", "onlynl": "x", "empty": " ", "list": ["x"], "few": {"one": "1", "other": "{{.count}}", "few": "x"}}`,
			`{"a": "A", "empty": "e", "list": "x", "few": "f {{.count}}", "uncounted": {"one": "1", "other": "more"}}`),
		room(`{"broken": `, `[]`),
		fstest.MapFS{},
	)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"room 1: twice in nl is defined already by room 1",
		"room 1: vars has the variables [een] in nl and [one] in en",
		"room 1: bad in nl: only variables like {{.name}} are allowed",
		"room 1: open in nl: only variables",
		"room 1: close in nl: only variables",
		"room 2: a in nl is defined already by room 1",
		"room 2: a in en is defined already by room 1",
		"room 2: onlynl is missing in en",
		"room 2: uncounted is missing in nl",
		"room 2: uncounted in en: a plural without {{.count}}",
		"room 2: empty in nl: empty",
		"room 2: list in nl: neither a text nor",
		"room 2: few in nl: neither a text nor",
		"room 3: text.nl.json: ",
		"room 3: text.en.json: not a JSON object",
		"room 4: open text.nl.json",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no mention of %q in:\n%v", want, err)
		}
	}
}

func TestRawIsWhatTheRoomsWrote(t *testing.T) {
	var got map[string]any
	if err := json.Unmarshal(sample(t).Raw("nl"), &got); err != nil {
		t.Fatal(err)
	}
	want := `map[hello:Dag {{.name}} problem.invalid:Dit klopt niet. seats:map[one:nog één plaats other:nog {{.count}} plaatsen]]`
	if fmt.Sprint(got) != want {
		t.Errorf("got %v", got)
	}
}

func TestManyMaySpeakAtOnce(t *testing.T) {
	c := sample(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 50 {
				c.Say([]string{"nl", "en"}[i%2], "hello", map[string]any{"name": n})
				c.Raw("nl")
			}
		})
	}
	wg.Wait()
}

func TestLanguage(t *testing.T) {
	for _, tt := range []struct{ name, header, want string }{
		{"nothing said is English", "", "en"},
		{"Flemish is Dutch", "nl-BE", "nl"},
		{"Dutch in any case is Dutch", "NL", "nl"},
		{"German is English", "de", "en"},
		{"German before Dutch is Dutch", "de-DE,de;q=0.9,nl;q=0.8,en;q=0.7", "nl"},
		{"weights count, not the order", "nl;q=0.3, en-GB;q=0.9", "en"},
		{"a weight of zero refuses", "nl;q=0, fr", "en"},
		{"anything is English", "*", "en"},
		{"an unreadable header is English", ";;;=,nl", "en"},
		{"a script may be named", "nl-Latn-NL", "nl"},
		{"the rest of an overlong header is not read", "nl" + strings.Repeat(", de", 2000), "nl"},
		{"an overlong language is English", strings.Repeat("n", 5000), "en"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := text.Language(tt.header); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPreferred(t *testing.T) {
	for _, tt := range []struct{ name, lang, header, want string }{
		{"the parameter wins", "nl", "en", "nl"},
		{"without a parameter the header decides", "", "nl-BE", "nl"},
		{"an unknown parameter leaves it to the header", "fr", "nl", "nl"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := text.Preferred(tt.lang, tt.header); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzLanguage(f *testing.F) {
	f.Add("nl-BE;q=0.8,en")
	f.Add(",;q=")
	f.Fuzz(func(t *testing.T, header string) {
		if !text.Known(text.Language(header)) {
			t.Errorf("%q gives an unknown language", header)
		}
	})
}

func FuzzLoad(f *testing.F) {
	f.Add(`{"a": "{{.x}} y", "b": {"one": "1", "other": "{{.count}}"}}`)
	f.Fuzz(func(t *testing.T, file string) {
		c, err := text.Load(room(file, file))
		if err != nil {
			return
		}
		for _, key := range c.Keys() {
			if !c.Has(key) {
				t.Errorf("%q is a key and is not there", key)
			}
		}
		if !json.Valid(c.Raw("nl")) {
			t.Error("the raw catalogue is not JSON")
		}
	})
}

func thousand() fs.FS {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, `,"area.some-longer-key-%d": "A sentence of ordinary length about {{.name}}, who is at week {{.week}}."`, i)
	}
	file := "{" + b.String()[1:] + "}"
	return room(file, file)
}

func BenchmarkLoad(b *testing.B) {
	files := thousand()
	for b.Loop() {
		if _, err := text.Load(files); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSay(b *testing.B) {
	c := load(b, thousand())
	args := map[string]any{"name": "Anke", "week": 4}
	for b.Loop() {
		c.Say("nl", "area.some-longer-key-7", args)
	}
}

func BenchmarkLanguage(b *testing.B) {
	for b.Loop() {
		text.Language("nl-BE,nl;q=0.9,en-US;q=0.8,en;q=0.7")
	}
}
