package mail_test

import (
	"strings"
	"testing"

	"kring/internal/mail"
	"kring/internal/testkit"
)

func sample() mail.Body {
	return mail.Body{
		Title:    "Week 4: kijk even naar jezelf",
		Greeting: "Dag Zoë & Bart,",
		Blocks: []mail.Block{
			mail.Paragraph("Overmorgen zien jullie elkaar. Trek een uur uit, neem iets te drinken mee en lees vooraf de gids; dat duurt tien minuten."),
			mail.Facts{
				{"Wanneer", "dinsdag 6 maart, 12:30–13:30 (Brussel)", ""},
				{"Waar", "https://meet.example.org/kring-met-een-lange-naam", "https://meet.example.org/kring-met-een-lange-naam"},
				{"Gids", "Week 4", "https://kring.example.org/g/4"},
			},
			mail.Buttons{{"Ik ben erbij", "https://kring.example.org/l/yes?a=1&b=2"}, {"Ik kan niet", "https://kring.example.org/l/no"}},
			mail.Heading("Wat veranderde"),
			mail.List{"<b>Jan</b> stapte uit de cirkel.", "De sessie van 13 maart verschuift naar woensdag 14 maart, op hetzelfde uur en op dezelfde plaats."},
			mail.Quote{"An schreef", "Ik breng taart mee.\nTot dan!"},
			mail.Links{{"Alle data", "https://kring.example.org/d/1"}, {"Een gewone zin", ""}},
			mail.Rendered{"Drie vragen:\n\n  1. Een\n  2. Twee\n", "<p>Drie vragen:</p><ol><li>Een</li><li>Twee</li></ol>"},
			mail.Note("Je krijgt deze mail omdat je in de cirkel zit."),
		},
		Closing: "Groeten,\nKring",
		Footer:  []mail.Link{{"Mijn data", "https://kring.example.org/l/dates"}, {"Uit de cirkel stappen", "https://kring.example.org/l/" + strings.Repeat("x", 70)}, {"Kring, een dienst van niemand.", ""}},
	}
}

func TestBodyInBothForms(t *testing.T) {
	testkit.Golden(t, "body.txt", []byte(sample().Text()))
	testkit.Golden(t, "body.html", []byte(sample().HTML("nl", "Week 4 & meer")))
}

func TestTextLinesAreShortExceptAddresses(t *testing.T) {
	for line := range strings.Lines(sample().Text()) {
		if len([]rune(strings.TrimSuffix(line, "\n"))) > 72 && !strings.Contains(line, "https://") {
			t.Errorf("%q is too long", line)
		}
	}
}

// A prefix takes its room on the lines behind the first as well, whichever of the two is the longer.
func TestEveryLineOfATextCountsItsPrefix(t *testing.T) {
	long := strings.Repeat("een rij korte woorden op een rij ", 12)
	body := mail.Body{
		Title: long,
		Blocks: []mail.Block{
			mail.Paragraph(long), mail.Facts{{"Wanneer", long, ""}}, mail.List{long}, mail.Quote{"An schreef", long + "\n" + long},
			mail.Buttons{{long, "https://kring.example.org/l"}}, mail.Links{{long, ""}, {long, "https://kring.example.org/l"}},
		},
		Footer: []mail.Link{{long, ""}},
	}
	longest := 0
	for line := range strings.Lines(body.Text()) {
		length := len([]rune(strings.TrimSuffix(line, "\n")))
		if longest = max(longest, length); length > 72 {
			t.Errorf("%q has %d characters", line, length)
		}
	}
	if longest < 70 {
		t.Errorf("the longest line has %d characters: there is room for more", longest)
	}
}

// Every word of the text stands in the HTML and every address too: one source, two forms.
func TestBothFormsSayTheSame(t *testing.T) {
	page := strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'").Replace(sample().HTML("nl", ""))
	for word := range strings.FieldsSeq(sample().Text()) {
		word = strings.Trim(word, "=->:")
		if word == "" || word == "1." || word == "2." {
			continue
		}
		if !strings.Contains(page, word) {
			t.Errorf("%q is in the text only", word)
		}
	}
}
