package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"
)

// quietFields are the quiet hours and working days that hold for a person, or what was typed in vain.
func (v *visit) quietFields(shown *mailsPage, p identity.Person, sent url.Values, wrong *fault.Fault) {
	quiet := p.Quiet()
	from, until, days := quiet.From.String(), quiet.Until.String(), daysOf(p)
	says := map[string]string{}
	if sent != nil && wrong != nil {
		from, until, days = sent.Get("from"), sent.Get("until"), sent["days"]
		says = v.wrongBy(wrong)
	}
	shown.From = field{ID: "from", Name: "from", Type: "time", Label: v.say("web.quiet.from"), Value: from, Wrong: says["from"]}
	shown.Until = field{ID: "until", Name: "until", Type: "time", Label: v.say("web.quiet.until"), Value: until, Wrong: says["until"]}
	shown.Days = field{
		ID: "days", Name: "days", Type: "checkbox", Label: v.say("web.quiet.days"), Hint: v.say("web.quiet.days.hint"),
		Wrong: says["working_days"],
	}
	for i := range 7 {
		day := time.Weekday((i + 1) % 7) // from Monday on
		key := wall.WeekdayKey(day)
		shown.Days.Choices = append(shown.Days.Choices, option{
			ID: "days-" + key, Value: key, Label: wall.WeekdayName(day, v.lang), Chosen: slices.Contains(days, key),
		})
	}
}

func daysOf(p identity.Person) []string {
	var keys []string
	for _, day := range p.Days().Days() {
		keys = append(keys, wall.WeekdayKey(day))
	}
	return keys
}

// keepQuiet takes the form of quiet hours; both fields empty leave the hours to Kring again.
func (v *visit) keepQuiet(p identity.Person, sent url.Values) error {
	days := slices.Clone(sent["days"])
	said := &identity.QuietHours{From: strings.TrimSpace(sent.Get("from")), Until: strings.TrimSpace(sent.Get("until"))}
	if said.From == "" && said.Until == "" {
		said = nil
	}
	changed, err := v.patch(p, identity.Patch{QuietHours: &said, WorkingDays: new(&days)})
	if f, refused := fault.Of(err); refused && f.Kind == fault.Invalid {
		return v.mails(p, v.statusOf(f), "", sent, f)
	}
	if err != nil {
		return err
	}
	return v.mails(changed, http.StatusOK, v.say("web.mails.saved"), nil, nil)
}
