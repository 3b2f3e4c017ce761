package signin

import (
	"strings"
	"unicode"

	"github.com/mileusna/useragent"
)

const (
	maxDevice = 60  // runes
	maxAgent  = 512 // bytes of a User-Agent that are looked at
)

// device says in a few words from which browser somebody signed in: "Firefox, Linux"; "" when it does not say. The words
// are the sender's: only letters, digits and a little punctuation are left of them.
func device(agent string) string {
	found := useragent.Parse(agent[:min(len(agent), maxAgent)])
	var words []string
	for _, word := range []string{found.Name, found.OS} {
		if word = plain(word); word != "" {
			words = append(words, word)
		}
	}
	text := []rune(strings.Join(words, ", "))
	return strings.TrimSpace(string(text[:min(len(text), maxDevice)]))
}

func plain(word string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" .-_", r)) {
			return r
		}
		return -1
	}, word))
}
