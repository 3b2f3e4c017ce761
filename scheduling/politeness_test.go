package scheduling

import (
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/wall"
)

// somebodys manners: Monday to Friday, quiet from 22 to 7 h unless the test says otherwise.
func somebodys(t *testing.T, place string, change ...func(*manners)) manners {
	t.Helper()
	m := manners{loc: zone(t, place), quiet: wall.Quiet{From: wall.Night, Until: wall.Morning}, days: wall.MondayToFriday}
	for _, fn := range change {
		fn(&m)
	}
	return m
}

func quiet(from, until wall.TimeOfDay) func(*manners) {
	return func(m *manners) { m.quiet = wall.Quiet{From: from, Until: until} }
}

func works(days ...time.Weekday) func(*manners) {
	return func(m *manners) { m.days = wall.WeekdaysOf(days...) }
}

func TestWhenALetterAboutChangedDatesGoes(t *testing.T) {
	late := quiet(wall.At(23, 0), wall.At(9, 30))
	for name, c := range map[string]struct {
		who    manners
		now    string
		starts []string
		want   string
	}{
		"it can wait until tomorrow":                   {who: somebodys(t, "Europe/Brussels"), now: "2018-03-05T10:00:00Z", starts: []string{"2018-03-08T11:30:00Z"}, want: "2018-03-06T07:00:00Z"},
		"nothing that starts: a date was called off":   {who: somebodys(t, "Europe/Brussels"), now: "2018-03-05T10:00:00Z", want: "2018-03-06T07:00:00Z"},
		"before eight it can wait until eight":         {who: somebodys(t, "Europe/Brussels"), now: "2018-03-05T05:00:00Z", starts: []string{"2018-03-08T11:30:00Z"}, want: "2018-03-05T07:00:00Z"},
		"tomorrow's session":                           {who: somebodys(t, "Europe/Brussels"), now: "2018-03-05T10:00:00Z", starts: []string{"2018-03-06T11:30:00Z"}, want: "2018-03-05T10:10:00Z"},
		"tomorrow's session, moved far away":           {who: somebodys(t, "Europe/Brussels"), now: "2018-03-05T10:00:00Z", starts: []string{"2018-04-06T11:30:00Z", "2018-03-06T11:30:00Z"}, want: "2018-03-05T10:10:00Z"},
		"within two hours":                             {who: somebodys(t, "Europe/Brussels"), now: "2018-03-05T10:00:00Z", starts: []string{"2018-03-05T11:30:00Z"}, want: "2018-03-05T10:00:00Z"},
		"in two hours":                                 {who: somebodys(t, "Europe/Brussels"), now: "2018-03-05T10:00:00Z", starts: []string{"2018-03-05T12:00:00Z"}, want: "2018-03-05T10:10:00Z"},
		"under way":                                    {who: somebodys(t, "Europe/Brussels"), now: "2018-03-05T10:00:00Z", starts: []string{"2018-03-05T09:30:00Z"}, want: "2018-03-05T10:00:00Z"},
		"tomorrow's last minute":                       {who: somebodys(t, "Europe/Brussels"), now: "2018-03-05T10:00:00Z", starts: []string{"2018-03-06T22:59:00Z"}, want: "2018-03-05T10:10:00Z"},
		"the day after tomorrow's first minute":        {who: somebodys(t, "Europe/Brussels"), now: "2018-03-05T10:00:00Z", starts: []string{"2018-03-06T23:00:00Z"}, want: "2018-03-06T07:00:00Z"},
		"on Friday, of Monday's":                       {who: somebodys(t, "Europe/Brussels"), now: "2018-03-09T10:00:00Z", starts: []string{"2018-03-12T11:30:00Z"}, want: "2018-03-09T10:10:00Z"},
		"on Friday, of Tuesday's":                      {who: somebodys(t, "Europe/Brussels"), now: "2018-03-09T10:00:00Z", starts: []string{"2018-03-13T11:30:00Z"}, want: "2018-03-12T07:00:00Z"},
		"on Saturday, of Sunday's":                     {who: somebodys(t, "Europe/Brussels"), now: "2018-03-10T10:00:00Z", starts: []string{"2018-03-11T11:30:00Z"}, want: "2018-03-10T10:10:00Z"},
		"who works from Sunday to Thursday":            {who: somebodys(t, "Europe/Brussels", works(time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday)), now: "2018-03-08T10:00:00Z", starts: []string{"2018-03-13T11:30:00Z"}, want: "2018-03-11T07:00:00Z"},
		"who works on Wednesdays only":                 {who: somebodys(t, "Europe/Brussels", works(time.Wednesday)), now: "2018-03-07T10:00:00Z", starts: []string{"2018-03-15T11:30:00Z"}, want: "2018-03-14T07:00:00Z"},
		"quiet over midnight, until half past nine":    {who: somebodys(t, "Europe/Brussels", late), now: "2018-03-05T10:00:00Z", starts: []string{"2018-03-08T11:30:00Z"}, want: "2018-03-06T08:30:00Z"},
		"urgent in the quiet hours":                    {who: somebodys(t, "Europe/Brussels", late), now: "2018-03-05T22:30:00Z", starts: []string{"2018-03-06T11:30:00Z"}, want: "2018-03-05T22:40:00Z"},
		"quiet over noon only":                         {who: somebodys(t, "Europe/Brussels", quiet(wall.At(12, 0), wall.At(14, 0))), now: "2018-03-05T10:00:00Z", starts: []string{"2018-03-08T11:30:00Z"}, want: "2018-03-06T07:00:00Z"},
		"no quiet hours at all":                        {who: somebodys(t, "Europe/Brussels", quiet(0, 0)), now: "2018-03-05T10:00:00Z", starts: []string{"2018-03-08T11:30:00Z"}, want: "2018-03-06T07:00:00Z"},
		"over the clock change in spring":              {who: somebodys(t, "Europe/Brussels"), now: "2018-03-23T10:00:00Z", starts: []string{"2018-03-29T10:30:00Z"}, want: "2018-03-26T06:00:00Z"},
		"over the clock change in autumn":              {who: somebodys(t, "Europe/Brussels"), now: "2018-10-26T10:00:00Z", starts: []string{"2018-11-01T11:30:00Z"}, want: "2018-10-29T07:00:00Z"},
		"on the Sunday of the clock change":            {who: somebodys(t, "Europe/Brussels", works(time.Sunday, time.Monday)), now: "2018-03-24T10:00:00Z", starts: []string{"2018-03-29T10:30:00Z"}, want: "2018-03-25T06:00:00Z"},
		"quiet until an hour that the clock skips":     {who: somebodys(t, "Europe/Brussels", works(time.Sunday), quiet(wall.At(7, 0), wall.At(2, 30))), now: "2018-03-24T10:00:00Z", starts: []string{"2018-04-29T10:30:00Z"}, want: "2018-03-25T01:00:00Z"},
		"in Auckland it is tomorrow already":           {who: somebodys(t, "Pacific/Auckland"), now: "2018-03-05T18:30:00Z", starts: []string{"2018-03-08T18:30:00Z"}, want: "2018-03-05T19:00:00Z"},
		"in Auckland, over its clock change":           {who: somebodys(t, "Pacific/Auckland"), now: "2018-03-30T01:00:00Z", starts: []string{"2018-04-05T18:30:00Z"}, want: "2018-04-01T20:00:00Z"},
		"in Kathmandu":                                 {who: somebodys(t, "Asia/Kathmandu"), now: "2018-03-05T10:00:00Z", starts: []string{"2018-03-08T11:30:00Z"}, want: "2018-03-06T02:15:00Z"},
		"at the turn of the year":                      {who: somebodys(t, "Europe/Brussels"), now: "2018-12-31T10:00:00Z", starts: []string{"2019-01-03T11:30:00Z"}, want: "2019-01-01T07:00:00Z"},
		"so early that the morning is sooner than ten": {who: somebodys(t, "Europe/Brussels"), now: "2018-03-05T06:55:00Z", starts: []string{"2018-03-06T11:30:00Z"}, want: "2018-03-05T07:00:00Z"},
	} {
		var starts []time.Time
		for _, s := range c.starts {
			starts = append(starts, at(t, s))
		}
		if got := c.who.change(at(t, c.now), starts...); !got.Equal(at(t, c.want)) {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

func TestWhenAQuestionGoes(t *testing.T) {
	who := somebodys(t, "Europe/Brussels")
	for name, c := range map[string]struct{ now, until, want string }{
		"in the day":                       {"2018-03-05T10:00:00Z", "2018-03-08T11:30:00Z", "2018-03-05T10:00:00Z"},
		"on a Sunday":                      {"2018-03-04T10:00:00Z", "2018-03-08T11:30:00Z", "2018-03-04T10:00:00Z"},
		"in the evening":                   {"2018-03-05T22:00:00Z", "2018-03-08T11:30:00Z", "2018-03-06T06:00:00Z"},
		"after midnight":                   {"2018-03-05T23:30:00Z", "2018-03-08T11:30:00Z", "2018-03-06T06:00:00Z"},
		"at night, of use before morning":  {"2018-03-05T23:30:00Z", "2018-03-06T05:00:00Z", "2018-03-05T23:30:00Z"},
		"in the night of the clock change": {"2018-03-24T23:30:00Z", "2018-03-26T05:00:00Z", "2018-03-25T05:00:00Z"},
	} {
		if got := who.question(at(t, c.now), at(t, c.until)); !got.Equal(at(t, c.want)) {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

func TestWhatCanWaitComesOutsideQuietHours(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		hours := &identity.QuietHours{From: "08:00", Until: "15:00"}
		for n := range 5 {
			member := w.member(n)
			w.write(func(tx database.Tx) error {
				_, err := identity.PatchIn(tx, w.clock.Now(), member.PersonID, 0, identity.Patch{QuietHours: &hours})
				return err
			})
		}
		w.until("2018-02-20T12:40:00Z")
		want := map[string]string{NoticeReminderTwoDays: "2018-02-16T14:00:00Z", NoticeOutcomeQuestion: "2018-02-20T14:00:00Z"}
		found := map[string]bool{}
		for _, n := range w.notices() {
			if hour, patient := want[n.Kind]; patient && !n.HoldUntil.Equal(at(t, hour)) {
				t.Errorf("%s comes at %v, want %s", n.Kind, n.HoldUntil, hour)
			}
			found[n.Kind] = true
		}
		for kind := range want {
			if !found[kind] {
				t.Errorf("no %s", kind)
			}
		}
	})
}
