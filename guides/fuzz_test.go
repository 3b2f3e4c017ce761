package guides

import "testing"

// FuzzReadWeek holds that no file breaks the parser, and that what it accepts
// can be used.
func FuzzReadWeek(f *testing.F) {
	f.Add([]byte(teaWeek(1, "## Pit stop {#pit-stop}\n\nHow are we?\n")))
	f.Add([]byte("---\nweek: 1\n---\n## {#about}\n```\n## x\n"))
	f.Add([]byte("---\nagenda: [{minutes: 9223372036854775807}, {minutes: 1}]\n---\n"))
	var source report
	settings := readSettings("tea", []byte(teaSet), &source)
	f.Fuzz(func(t *testing.T, file []byte) {
		var r report
		week, readable := readWeek(file, settings, 1, newPage(), &r)
		if !readable && len(r.found) == 0 {
			t.Fatal("unreadable without a problem")
		}
		if len(r.found) > 0 {
			return
		}
		minutes := 0
		for _, item := range week.Agenda {
			minutes += item.Minutes
		}
		if minutes != settings.SessionMinutes {
			t.Errorf("accepted an agenda of %d minutes", minutes)
		}
		for _, section := range week.Sections {
			if section.Markdown == "" {
				t.Errorf("accepted an empty section %q", section.ID)
			}
			section.HTML()
		}
		week.Text()
	})
}
