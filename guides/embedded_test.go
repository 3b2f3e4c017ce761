package guides

import (
	"strings"
	"sync"
	"testing"
)

// TestTheGuidesOfTheProgramAreComplete relies on Load for most rules; what it
// adds are the promises that hold for these sets only.
func TestTheGuidesOfTheProgramAreComplete(t *testing.T) {
	library := mustLoad(t, Embedded(), Options{})
	for key, want := range map[string]struct{ weeks, first, quorum int }{
		"wol":        {13, 0, 3},
		"intervisie": {6, 1, 3},
	} {
		set, ok := library.Set(key)
		if !ok || set.Weeks != want.weeks || set.FirstWeek != want.first || set.Quorum != want.quorum {
			t.Errorf("set %s: found %t, %d weeks from %d, quorum %d", key, ok, set.Weeks, set.FirstWeek, set.Quorum)
		}
		for _, language := range []string{"nl", "en"} {
			for n := set.FirstWeek; n <= set.LastWeek(); n++ {
				week, ok := set.Week(n, language)
				if !ok {
					t.Errorf("%s week %d is missing in %s", key, n, language)
				}
				checkRendering(t, week)
			}
		}
	}
}

func checkRendering(t *testing.T, week Week) {
	t.Helper()
	for _, section := range week.Sections {
		html := section.HTML()
		for _, mark := range []string{"<h1", "<h2", "{#", "**", "raw HTML omitted", "<p>|"} {
			if strings.Contains(html, mark) {
				t.Errorf("week %d in %s, section %s: %q shows in the HTML", week.Number, week.Language, section.ID, mark)
			}
		}
		if strings.ContainsAny(section.Text(), "*#`") {
			t.Errorf("week %d in %s, section %s: marks show in the text", week.Number, week.Language, section.ID)
		}
	}
}

func TestManyReadersShareOneLibrary(t *testing.T) {
	set, _ := mustLoad(t, tea(), Options{}).Set("tea")
	week, _ := set.Week(0, "nl")
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for _, section := range week.Sections {
				if section.HTML() == "" || section.Text() == "" {
					t.Errorf("section %s is empty", section.ID)
				}
			}
		})
	}
	readers.Wait()
}
