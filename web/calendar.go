package web

import (
	"html/template"
	"net/http"
	"net/url"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/scheduling/busy"
	"kring/scheduling/feeds"
)

// calendarPage is the calendar that somebody can subscribe to, and the one of her own that Kring reads.
type calendarPage struct {
	frame
	Said    string
	Feed    feedLinks
	Named   *namedCalendar // nil when she named none
	Address field
}

// feedLinks are the addresses of a calendar to subscribe to. Both are secrets, so they stand only on pages of who is signed
// in: a letter's link may have been passed on.
type feedLinks struct {
	Address string
	Webcal  template.URL
}

// namedCalendar is somebody's calendar elsewhere.
type namedCalendar struct{ Host, Read, Failure string }

func linksOf(f feeds.Feed) feedLinks {
	return feedLinks{Address: f.Address, Webcal: template.URL(f.Webcal)} //nolint:gosec // made by us, of our own address
}

func (v *visit) showCalendar(p identity.Person) error { return v.calendar(p, http.StatusOK, "", nil) }

func (v *visit) calendar(p identity.Person, status int, typed string, wrong *fault.Fault) error {
	shown := calendarPage{
		frame: v.personal(p, calendarPath, "web.calendar.title"), Said: v.said("renewed", "named", "unnamed"),
		Address: field{
			ID: "address", Name: "address", Type: "url", Mode: "url", Complete: "off", Label: v.say("web.calendar.address"),
			Hint: v.say("web.calendar.address.hint"), Value: typed, Required: true,
		},
	}
	if wrong != nil {
		shown.Said, shown.Address.Wrong = "", v.wrongBy(wrong)["address"]
	}
	feed, err := v.Feeds.OfPerson(v.ctx(), v.actor)
	if err != nil {
		return err
	}
	shown.Feed = linksOf(feed)
	named, err := v.Busy.Show(v.ctx(), v.actor)
	switch {
	case err == nil:
		shown.Named = v.namedCalendar(p, named)
	case !fault.IsKind(err, fault.NotFound):
		return err
	}
	return v.show(status, "calendar", shown)
}

func (v *visit) namedCalendar(p identity.Person, c busy.Calendar) *namedCalendar {
	shown := namedCalendar{Host: c.Host, Read: v.say("web.calendar.unread")}
	if c.ReadAt != nil {
		shown.Read = v.say("web.calendar.read", "moment", v.moment(*c.ReadAt, p.Zone), "count", c.Intervals)
	}
	if c.Failure != "" {
		shown.Failure = v.first(c.Failure, nil, "busy.failure.")
	}
	return &shown
}

// pressCalendar makes a new address for the feed, or takes or forgets the address of somebody's own calendar.
func (v *visit) pressCalendar(p identity.Person, sent url.Values) error {
	did, err := v.doCalendar(sent)
	if f, refused := fault.Of(err); refused && f.Kind == fault.Invalid {
		return v.calendar(p, v.statusOf(f), sent.Get("address"), f)
	}
	if err != nil {
		return err
	}
	return v.redirect(calendarPath + "?did=" + did + v.asked("&lang="))
}

func (v *visit) doCalendar(sent url.Values) (did string, err error) {
	switch sent.Get("do") {
	case "renew":
		_, err = v.Feeds.RenewOfPerson(v.ctx(), v.actor)
		return "renewed", err
	case "name":
		_, err = v.Busy.Name(v.ctx(), v.actor, sent.Get("address"))
		return "named", err
	case "forget":
		return "unnamed", v.Busy.Forget(v.ctx(), v.actor)
	}
	return "", fault.New(fault.Unreadable, "unreadable")
}
