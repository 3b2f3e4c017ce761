package circles

import (
	"slices"
	"strings"

	"kring/internal/text"
)

// What facilitators see of a person is listed here and nowhere else: the sign-up page, the page who-sees-what and the
// letters that invite somebody are made from it, and tests hold the list against what is answered to facilitators. Each
// key has a noun in both languages under "seen.<key>".

// SeenByFacilitators are what the facilitators of a programme see of the people who came through it, in the order in which
// it is told.
func SeenByFacilitators() []string {
	return []string{
		"name", "address", "undeliverable", "signup", "seat", "hosting", "letter_language", "speaks", "zone", "hours",
		"team", "department", "location", "experience",
	}
}

// NeverSeen are what no facilitator sees of anybody, and the owner of the installation neither.
func NeverSeen() []string { return []string{"answers", "absences", "messages", "goals"} }

// SaySeen answers both lists as words of a sentence, in a language.
func SaySeen(texts *text.Catalog, lang string) (seen, never string) {
	return sayList(texts, lang, SeenByFacilitators()), sayList(texts, lang, NeverSeen())
}

func sayList(texts *text.Catalog, lang string, keys []string) string {
	words := make([]string, len(keys))
	for i, key := range keys {
		words[i] = texts.Say(lang, "seen."+key, nil)
	}
	last := len(words) - 1
	return strings.Join(slices.Concat(words[:last-1], []string{
		texts.Say(lang, "seen.and", map[string]any{"one": words[last-1], "other": words[last]}),
	}), ", ")
}
