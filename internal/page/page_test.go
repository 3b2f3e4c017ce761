package page_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/page"
)

const id = "01932c07-3f9a-7c3e-8d5f-0a1b2c3d4e5f"

func TestLimit(t *testing.T) {
	for _, tt := range []struct {
		name        string
		asked, want int
	}{
		{"nothing asked is fifty", 0, 50},
		{"what is asked is given", 7, 7},
		{"two hundred is the most", 201, 200},
		{"a negative number is one", -3, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := page.Limit(tt.asked); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestCursorComesBackAsItWas(t *testing.T) {
	at := time.Date(2026, 3, 29, 1, 0, 0, 123456000, time.UTC)
	for _, tt := range []struct {
		name   string
		cursor page.Cursor
	}{
		{"the start of the list", page.Cursor{}},
		{"an id", page.Cursor{ID: id}},
		{"an instant and an id", page.Cursor{ID: id, At: at}},
		{"a name and an id", page.Cursor{ID: id, Text: "Zoë & <co>"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := page.Parse(tt.cursor.String())
			if err != nil || got != tt.cursor {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestCursorCutsLongText(t *testing.T) {
	got, err := page.Parse(page.Cursor{ID: id, Text: strings.Repeat("é", 150) + "x"}.String())
	if err != nil || got.Text != strings.Repeat("é", 100) {
		t.Errorf("got %q, %v", got.Text, err)
	}
}

func TestParseRefusesWhatItDidNotWrite(t *testing.T) {
	write := func(text string) string { return "1" + base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, tt := range []struct{ name, raw string }{
		{"an offset", "20"},
		{"another version", "2" + page.Cursor{ID: id}.String()[1:]},
		{"padding", page.Cursor{ID: id}.String() + "="},
		{"a line break", page.Cursor{ID: id}.String() + "\n"},
		{"something behind the object", write(`{"i":"` + id + `"} {}`)},
		{"an id that is none", write(`{"i":"1 or 1=1"}`)},
		{"an id in capitals", write(`{"i":"` + strings.ToUpper(id) + `"}`)},
		{"an instant without an id", write(`{"a":"2026-03-29T01:00:00Z"}`)},
		{"the year 9999", write(`{"i":"` + id + `","a":"9999-03-29T01:00:00Z"}`)},
		{"nanoseconds", write(`{"i":"` + id + `","a":"2026-03-29T01:00:00.000000001Z"}`)},
		{"a zero byte", write(`{"i":"` + id + `","t":"\u0000"}`)},
		{"an unknown field", write(`{"i":"` + id + `","x":1}`)},
		{"an empty object", write(`{}`)},
		{"ten thousand characters", "1" + strings.Repeat("A", 10000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := page.Parse(tt.raw)
			if !fault.IsKind(err, fault.Unreadable) || !fault.HasCode(err, "bad-cursor") || !c.IsZero() {
				t.Errorf("got %+v, %v", c, err)
			}
		})
	}
}

func TestCut(t *testing.T) {
	rows := []string{database.NewID(), database.NewID(), database.NewID()}
	cursor := func(id string) page.Cursor { return page.Cursor{ID: id} }
	first := page.Cut(rows, 2, cursor)
	if !slices.Equal(first.Items, rows[:2]) {
		t.Errorf("first page %v", first.Items)
	}
	if c, err := page.Parse(first.Next); err != nil || c.ID != rows[1] {
		t.Errorf("next is %+v, %v", c, err)
	}
	if last := page.Cut(rows, 3, cursor); last.Next != "" || len(last.Items) != 3 {
		t.Errorf("last page %+v", last)
	}
	if none := page.Cut(nil, 3, cursor); none.Items == nil || none.Next != "" {
		t.Errorf("empty page %+v", none)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("")
	f.Add(page.Cursor{ID: id, At: time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), Text: "Anke"}.String())
	f.Add("1e30")
	f.Fuzz(func(t *testing.T, raw string) {
		c, err := page.Parse(raw)
		if err != nil {
			return
		}
		if again, err := page.Parse(c.String()); err != nil || !again.At.Equal(c.At) || again.ID != c.ID || again.Text != c.Text {
			t.Errorf("%q reads as %+v and then as %+v, %v", raw, c, again, err)
		}
	})
}
