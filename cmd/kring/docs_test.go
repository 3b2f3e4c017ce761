package main

import (
	"html"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"kring/internal/testkit"
)

// pages are all Markdown files of the checkout but the guides, by their path, with what they say.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{".git", "bin", "node_modules", "content", "testdata"}, entry.Name()) {
			return filepath.SkipDir
		}
		if filepath.Ext(name) != ".md" {
			return nil
		}
		raw, err := os.ReadFile(path)
		found[name] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found["README.md"] == "" || found["docs/tour.md"] == "" {
		t.Fatalf("these are not all pages: %v", slices.Collect(maps.Keys(found)))
	}
	return found
}

// each answers what a pattern's first group finds in a text.
func each(pattern, text string) (found []string) {
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}

func TestLinksOfPagesLeadSomewhere(t *testing.T) {
	all := pages(t)
	for page, text := range all {
		for _, link := range each(`\]\(([^)\s]+)\)`, unfenced(text)) {
			if strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://") {
				continue
			}
			path, anchor, _ := strings.Cut(link, "#")
			target := page
			if path != "" {
				target = filepath.Join(filepath.Dir(page), path)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s links to %s, which is not there", page, link)
			} else if anchor != "" && !slices.Contains(anchors(all[target]), anchor) {
				t.Errorf("%s links to %s, which has no such heading", page, link)
			}
		}
	}
}

// unfenced is a page without its blocks of code.
func unfenced(text string) string {
	return regexp.MustCompile("(?ms)^```.*?^```").ReplaceAllString(text, "")
}

// anchors are those that a page's headings have, as GitHub and others make them.
func anchors(text string) (all []string) {
	for _, heading := range each(`(?m)^#+ (.+)$`, unfenced(text)) {
		plain := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading), "")
		all = append(all, strings.ReplaceAll(plain, " ", "-"))
	}
	return all
}

func TestPagesNameWhatExists(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	variables := []string{"KRING_TOKEN", "KRING_TEST_POSTGRES"}
	for _, name := range settingNames() {
		variables = append(variables, variable(name))
	}
	for _, kind := range []struct {
		what, pattern string
		exist         []string
	}{
		{"make target", "(?m)(?:^|`)make ([a-z][a-z-]*)(?:`|$)", each(`(?m)^([a-z][a-z-]*):`, string(makefile))},
		{"command", "(?m)(?:^|`|bin/)kring ([a-z][a-z-]*)", commandNames(t)},
		{"variable", `\b(KRING_[A-Z_]*[A-Z])\b`, variables},
	} {
		named := 0
		for page, text := range pages(t) {
			for _, name := range each(kind.pattern, text) {
				named++
				if !slices.Contains(kind.exist, name) {
					t.Errorf("%s names the %s %q; there is none", page, kind.what, name)
				}
			}
		}
		if named == 0 {
			t.Errorf("no page names any %s", kind.what)
		}
	}
}

func commandNames(t *testing.T) (names []string) {
	t.Helper()
	var c commands
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range parser.Model.Children {
		names = append(names, node.Name)
	}
	return names
}

// The table of settings in docs/operations.md has a row for each, with its default, in their order.
func TestOperationsListsEverySetting(t *testing.T) {
	kind := reflect.TypeFor[settings]()
	var want []string
	for i, name := range settingNames() {
		standard := ""
		if s := kind.Field(i).Tag.Get("default"); s != "" {
			standard = "`" + s + "` "
		}
		want = append(want, "| `"+variable(name)+"` | "+standard+"|")
	}
	got := each("(?m)^(\\| `KRING_[A-Z_]+` \\|(?: `[^|]*)?\\s?\\|)", pages(t)["docs/operations.md"])
	if !slices.Equal(got, want) {
		t.Errorf("docs/operations.md lists\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The tables of metrics and commands and of what /readyz tells are whole.
func TestOperationsListsWhatThereIs(t *testing.T) {
	operations := pages(t)["docs/operations.md"]
	r := serving(t, settingsFor(testkit.SQLite(t))...)
	ready := r.ready()
	r.get("/api/v1/me")
	_, metrics := r.get("/metrics")
	for what, kind := range map[string]struct{ page, program []string }{
		"metrics":  {each("(?m)^\\| `(kring_[a-z_]+)` \\|", operations), each(`(?m)^# TYPE (kring_[a-z_]+) `, metrics)},
		"commands": {each("(?m)^\\| `kring ([a-z][a-z-]*)` \\|", operations), commandNames(t)},
	} {
		slices.Sort(kind.page)
		slices.Sort(kind.program)
		if !slices.Equal(kind.page, kind.program) {
			t.Errorf("docs/operations.md lists the %s %v, the program has %v", what, kind.page, kind.program)
		}
	}
	for name := range ready.Parts {
		if !strings.Contains(operations, "`"+name+"`") {
			t.Errorf("docs/operations.md does not name the part %s of /readyz", name)
		}
	}
}

// What docs/api.md says that the API says, it says: the sentences of its example, and every code.
func TestTheAPIPageSaysWhatTheAPISays(t *testing.T) {
	page := pages(t)["docs/api.md"]
	r := serving(t, settingsFor(testkit.SQLite(t))...)
	_, problems := r.get("/api/problems?lang=en")
	said := html.UnescapeString(problems)
	sentences := each(`"(?:title|message)": "([^"]+)"`, page)
	codes := each("\\b[45][0-9]{2} `([a-z-]+)`", page)
	if len(sentences) < 2 || len(codes) < 3 {
		t.Fatalf("found only %q and %q", sentences, codes)
	}
	for _, sentence := range sentences {
		if plain := regexp.MustCompile(`[0-9]+`).Split(sentence, 2)[0]; !strings.Contains(said, plain) {
			t.Errorf("docs/api.md shows %q, which nothing says", sentence)
		}
	}
	for _, code := range codes {
		if !strings.Contains(problems, `id="`+code+`"`) {
			t.Errorf("docs/api.md names the code %s; there is none", code)
		}
	}
}
