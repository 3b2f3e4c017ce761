package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kring/circles"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"
)

// rowsOfHours is how many ranges of hours the form has: one for each working day, and some to spare.
const rowsOfHours = 8

// hoursRow is one range of hours at which somebody can.
type hoursRow struct {
	Legend      string
	Weekday     field
	From, Until field
	Wrong       string
}

// languagesOffered are the languages that the form asks about by name.
func languagesOffered() []string {
	return []string{"nl", "en", "fr", "de", "es", "it", "pt", "pl", "tr", "ar", "uk"}
}

// workdays are the weekdays that the first rows of the form stand on.
func workdays() []string { return []string{"mon", "tue", "wed", "thu", "fri"} }

// draftOf reads the form. A row without times is an empty one; rows says at which row each range that is left stands.
func draftOf(sent url.Values) (draft circles.ApplicationDraft, rows []int) {
	draft = circles.ApplicationDraft{
		Name: sent.Get("name"), Email: sent.Get("email"), LetterLanguage: sent.Get("language"), Zone: sent.Get("zone"),
		Speaks: slices.Clone(sent["speaks"]), Team: sent.Get("team"), Department: sent.Get("department"),
		Location: sent.Get("location"), Experience: sent.Get("experience"),
	}
	for i := range rowsOfHours {
		n := strconv.Itoa(i)
		from, until := strings.TrimSpace(sent.Get("from-"+n)), strings.TrimSpace(sent.Get("until-"+n))
		if from == "" && until == "" {
			continue
		}
		if until == "00:00" {
			until = "24:00" // a clock's way to say the end of the day
		}
		draft.Availability = append(draft.Availability, wall.Hours{Weekday: sent.Get("weekday-" + n), From: from, Until: until})
		rows = append(rows, i)
	}
	return draft, rows
}

// inRows turns pointers to ranges into pointers to the rows of the form that they were typed in.
func inRows(broken fault.Violations, rows []int) fault.Violations {
	out := slices.Clone(broken)
	for i, b := range out {
		rest, is := strings.CutPrefix(b.Pointer, "/availability/")
		if !is {
			continue
		}
		index, part, _ := strings.Cut(rest, "/")
		if n, err := strconv.Atoi(index); err == nil && n >= 0 && n < len(rows) {
			out[i].Pointer = "/hours/" + strconv.Itoa(rows[n]) + "/" + part
		}
	}
	return out
}

// fill gives the form what was typed and what is wrong with it.
func (v *visit) fill(p *signupPage, sent url.Values, broken fault.Violations) {
	wrong := map[string]string{}
	for _, b := range broken {
		at := b.Pointer
		if strings.HasPrefix(at, "/speaks") {
			at = "/speaks"
		}
		if wrong[at] == "" {
			wrong[at] = v.faultSentence(b)
		}
	}
	f := filler{visit: v, sent: sent, wrong: wrong}
	p.Name = f.field("name", "name", identity.MaxName, true)
	p.Email = f.field("email", "email", 254, true)
	p.Email.Type, p.Email.Mode = "email", "email"
	p.Language = f.field("language", "", 0, true)
	p.Language.Type, p.Language.Wrong = "radio", wrong["/letter_language"]
	p.Language.Choices = v.letterLanguages(sent.Get("language"))
	p.Speaks = f.field("speaks", "", 0, true)
	p.Speaks.Type, p.Speaks.Choices = "checkbox", f.speaks(p.Programme)
	p.Zone = f.field("zone", "", 0, true)
	p.Zone.Choices = v.zones(sent.Get("zone"))
	p.Hours, p.HoursWrong = f.hours(), wrong["/availability"]
	p.Optional = []field{
		f.field("team", "", 100, false), f.field("department", "", 100, false), f.field("location", "", 100, false),
		f.field("experience", "", 100, false),
	}
	p.Faults = f.faults(p)
}

// filler puts what was sent into fields.
type filler struct {
	*visit
	sent  url.Values
	wrong map[string]string // by pointer
}

func (f filler) field(name, complete string, most int, required bool) field {
	one := field{
		ID: name, Name: name, Label: f.say("web.field." + name), Value: f.sent.Get(name), Wrong: f.wrong["/"+name],
		Complete: complete, Most: most, Required: required,
	}
	if key := "web.field." + name + ".hint"; f.Texts.Has(key) {
		one.Hint = f.say(key)
	}
	return one
}

// speaks are the languages to tick: ours, and those of the programme and the circle.
func (f filler) speaks(p circles.SignupPage) []option {
	codes := languagesOffered()
	more := []string{p.Language}
	if p.Asked != nil {
		more = append(more, p.Asked.Language)
	}
	for _, code := range more {
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	var out []option
	for _, code := range codes {
		out = append(out, option{
			ID: "speaks-" + code, Value: code, Label: f.spoken(code), Chosen: slices.Contains(f.sent["speaks"], code),
		})
	}
	return out
}

func (f filler) hours() []hoursRow {
	rows := make([]hoursRow, rowsOfHours)
	for i := range rows {
		n := strconv.Itoa(i)
		at := "/hours/" + n + "/"
		row := &rows[i]
		row.Legend = f.say("web.hours.row", "n", i+1)
		row.Weekday = field{ID: "weekday-" + n, Name: "weekday-" + n, Label: f.say("web.hours.weekday")}
		row.From = field{ID: "from-" + n, Name: "from-" + n, Label: f.say("web.hours.from"), Type: "time", Value: f.sent.Get("from-" + n)}
		row.Until = field{ID: "until-" + n, Name: "until-" + n, Label: f.say("web.hours.until"), Type: "time", Value: f.sent.Get("until-" + n)}
		row.Weekday.Choices = f.weekdays(f.weekdayOf(i))
		row.Weekday.Wrong, row.From.Wrong, row.Until.Wrong = f.wrong[at+"weekday"], f.wrong[at+"from"], f.wrong[at+"until"]
	}
	return rows
}

// weekdayOf is the weekday of a row: what was sent, or the working day that the row stands on.
func (f filler) weekdayOf(row int) string {
	if sent, was := f.sent["weekday-"+strconv.Itoa(row)]; was {
		return sent[0]
	}
	if row < len(workdays()) {
		return workdays()[row]
	}
	return ""
}

func (f filler) weekdays(chosen string) []option {
	out := []option{{Label: f.say("web.hours.choose")}}
	for i := range 7 {
		day := time.Weekday((i + 1) % 7) // from Monday on
		key := wall.WeekdayKey(day)
		out = append(out, option{Value: key, Label: wall.WeekdayName(day, f.lang), Chosen: key == chosen})
	}
	return out
}

// faults are all faulty fields in the order of the form.
func (f filler) faults(p *signupPage) []faultLine {
	var out []faultLine
	add := func(one field, label string) {
		if one.Wrong != "" {
			out = append(out, faultLine{URL: "#" + one.ID, Label: label, Says: one.Wrong})
		}
	}
	for _, one := range []field{p.Name, p.Email, p.Language, p.Speaks, p.Zone} {
		add(one, one.Label)
	}
	add(field{ID: "weekday-0", Wrong: p.HoursWrong}, f.say("web.hours.title"))
	for _, row := range p.Hours {
		for _, one := range []field{row.Weekday, row.From, row.Until} {
			add(one, row.Legend+", "+one.Label)
		}
	}
	for _, one := range p.Optional {
		add(one, one.Label)
	}
	return out
}
