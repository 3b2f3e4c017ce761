package web

import (
	"net/http"
	"net/url"

	"kring/circles"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
)

// personal is the frame of a page about one person, with the way to her other pages. The purpose is that of the page's
// link; "" is the page that only who is signed in has.
func (v *visit) personal(p identity.Person, purpose, title string) frame {
	f := v.frame(v.say(title))
	f.Behind = !v.actor.Known()
	if v.actor.Known() {
		f.Menu = append(f.Menu, menuItem{Label: v.say("web.me.title"), URL: v.inLanguage(mePath), Here: purpose == ""})
	}
	for _, item := range []struct{ purpose, label string }{
		{circles.LinkMe, "web.mine.title"}, {circles.LinkMails, "web.mails.title"}, {circles.LinkSees, "web.sees.title"},
	} {
		f.Menu = append(f.Menu, menuItem{
			Label: v.say(item.label), URL: v.inLanguage(v.linkTo(item.purpose, p)), Here: item.purpose == purpose,
		})
	}
	if v.actor.Known() {
		f.Menu = append(f.Menu, menuItem{
			Label: v.say("web.calendar.title"), URL: v.inLanguage(calendarPath), Here: purpose == calendarPath,
		})
	}
	return f
}

// linkTo is the address of a page about a person: below /me for who is signed in, else behind a link like a letter's.
func (v *visit) linkTo(purpose string, p identity.Person) string {
	path := map[string]string{circles.LinkMe: datesPath, circles.LinkMails: mailsPath, circles.LinkSees: seesPath}[purpose]
	if v.actor.Known() && path != "" {
		return path
	}
	return "/l/" + v.Links.Sign(purpose, "", p)
}

// open verifies the link of the address and reads its person. It answers the faults of [identity.Links.OpenIn].
func (v *visit) open() (link identity.Link, p identity.Person, err error) {
	err = v.DB.Read(v.ctx(), func(tx database.Tx) error {
		link, p, err = v.Links.OpenIn(tx, v.Clock.Now(), v.c.Param("token"))
		return err
	})
	if err == nil {
		v.speak(p)
	}
	return link, p, err
}

// mailsPage is which mails a person gets, in which language, in which zone their times are, and when she wants none.
type mailsPage struct {
	frame
	Said                           string
	Reminders, Changes, HourBefore bool
	Language, Zone                 field
	From, Until, Days              field
}

func (v *visit) showMails(p identity.Person) error { return v.mails(p, http.StatusOK, "", nil, nil) }

// mails answers the page; with a fault, what was sent stands in the form of quiet hours as it was typed.
func (v *visit) mails(p identity.Person, status int, said string, sent url.Values, wrong *fault.Fault) error {
	shown := mailsPage{
		frame: v.personal(p, circles.LinkMails, "web.mails.title"), Said: said,
		Reminders: !p.RemindersOff, Changes: !p.ChangesOff, HourBefore: !p.HourOff,
		Language: field{
			ID: "language", Name: "language", Type: "radio", Label: v.say("web.field.language"), Choices: v.letterLanguages(p.LetterLanguage),
		},
		Zone: field{
			ID: "zone", Name: "zone", Label: v.say("web.field.zone"), Hint: v.say("web.field.zone.hint"), Choices: v.zones(p.Zone),
		},
	}
	v.quietFields(&shown, p, sent, wrong)
	if wrong != nil {
		shown.Zone.Wrong = v.wrongBy(wrong)["zone"]
	}
	return v.show(status, "mails", shown)
}

// pressMails takes the whole form: what is not ticked is switched off.
func (v *visit) pressMails(p identity.Person, sent url.Values) error {
	if sent.Get("do") == "quiet" {
		return v.keepQuiet(p, sent)
	}
	off := func(name string) *bool { is := sent.Get(name) == ""; return &is }
	lang, zone := sent.Get("language"), sent.Get("zone")
	patch := identity.Patch{
		RemindersOff: off("reminders"), ChangesOff: off("changes"), HourOff: off("hour"), LetterLanguage: &lang, Zone: &zone,
	}
	changed, err := v.patch(p, patch)
	if f, refused := fault.Of(err); refused && f.Kind == fault.Invalid {
		return v.mails(p, v.statusOf(f), "", nil, f)
	}
	if err != nil {
		return err
	}
	v.speak(changed)
	return v.mails(changed, http.StatusOK, v.say("web.mails.saved"), nil, nil)
}

// patch changes what is known of a person.
func (v *visit) patch(p identity.Person, patch identity.Patch) (identity.Person, error) {
	now := v.Clock.Now()
	var changed identity.Person
	err := v.DB.Write(v.ctx(), func(tx database.Tx) (err error) {
		changed, err = identity.PatchIn(tx, now, p.ID, 0, patch)
		if err != nil {
			return err
		}
		return journal.Add(tx, journal.Entry{At: now, ActorID: p.ID, SubjectID: p.ID, Action: "person-changed"})
	})
	return changed, err
}
