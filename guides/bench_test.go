package guides

import "testing"

// BenchmarkLoad measures what the guides cost at the start of the program.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(Embedded(), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRender measures the first showing of a guide, which pays for its HTML.
func BenchmarkRender(b *testing.B) {
	library, err := Load(tea(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	set, _ := library.Set("tea")
	week, _ := set.Week(1, "en")
	for b.Loop() {
		for _, section := range week.Sections {
			section.page.html(section.Markdown)
		}
	}
}
