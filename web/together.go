package web

import (
	"net/url"
	"strings"

	"kring/circles"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"
)

// deed is something that any member can do for the whole circle, as a form on the page of dates: what letters call "write
// back", and what is about more than single dates. Those are planned on pages of their own (plan.go).
type deed struct {
	do     string // in the form and in the texts: "web.do.<do>"
	states []circles.State
	fields func(*typed, circles.CircleView) []field
	act    func(*visit, identity.Actor, deedForm) error
}

// deedForm is what was sent to do it.
type deedForm struct {
	sent     url.Values
	circleID string
	revision int // of the circle, as the page showed it; so pressing twice changes nothing twice
	broken   *fault.Violations
}

func (f deedForm) get(name string) string { return f.sent.Get(name) }

// date reads a field; what is no date is noted.
func (f deedForm) date(name string) wall.Date { return dateIn(f.broken, "/"+name, f.get(name)) }

func deeds() []deed {
	running := []circles.State{circles.Running}
	alive := []circles.State{circles.Forming, circles.Running, circles.Paused}
	return []deed{
		{"write", alive, writeFields, doWrite},
		{"pause", running, pauseFields, doPause},
		{"resume", []circles.State{circles.Paused}, resumeFields, doResume},
		{"place", alive, placeFields, doPlace},
	}
}

// typed is what was sent to the page of dates, so that a form with a fault is shown as it was typed.
type typed struct {
	*visit
	sent  url.Values
	wrong map[string]string // by name of field; nil when the press did what it said
}

// field is one input of a form about a circle.
func (t *typed) field(do, circleID, name, kind, value string) field {
	f := field{
		ID: name + "-" + do + "-" + circleID, Name: name, Type: kind, Label: t.say("web.do.field." + name), Value: value,
	}
	if t.wrong != nil && t.sent.Get("do") == do && t.sent.Get("circle") == circleID {
		f.Value, f.Wrong = t.sent.Get(name), t.wrong[name]
	}
	return f
}

// at is whether the form of this deed was sent, in vain.
func (t *typed) at(do, circleID string) bool {
	return t.wrong != nil && t.sent.Get("do") == do && t.sent.Get("circle") == circleID
}

// wrongBy names what is wrong by field: the last part of a pointer, as the forms call their fields.
func (v *visit) wrongBy(f *fault.Fault) map[string]string {
	wrong := map[string]string{}
	for _, broken := range f.Violations {
		name := broken.Pointer[strings.LastIndex(broken.Pointer, "/")+1:]
		if wrong[name] == "" {
			wrong[name] = v.faultSentence(broken)
		}
	}
	return wrong
}

// mineDeed is a deed as the page shows it.
type mineDeed struct {
	Do, Title, Hint, Button string
	Open                    bool
	Revision                int
	Fields                  []field
}

func (t *typed) deeds(c circles.CircleView) []mineDeed {
	var out []mineDeed
	for _, d := range deeds() {
		if !stateIn(c.State, d.states) {
			continue
		}
		key := "web.do." + d.do
		out = append(out, mineDeed{
			Do: d.do, Title: t.say(key), Hint: t.say(key+".hint", "zone", t.zoneOf(c.Zone)), Button: t.say(key + ".button"),
			Open: t.at(d.do, c.ID), Revision: c.Revision, Fields: d.fields(t, c),
		})
	}
	return out
}

func stateIn(state circles.State, states []circles.State) bool {
	for _, s := range states {
		if s == state {
			return true
		}
	}
	return false
}

// doDeed does a deed, and answers false when it is none of ours.
func (v *visit) doDeed(actor identity.Actor, sent url.Values) (known bool, err error) {
	for _, d := range deeds() {
		if d.do != sent.Get("do") {
			continue
		}
		var broken fault.Violations
		revision, err := revisionIn(sent)
		if err != nil {
			return true, err
		}
		return true, d.act(v, actor, deedForm{sent: sent, circleID: sent.Get("circle"), revision: revision, broken: &broken})
	}
	return false, nil
}

func writeFields(t *typed, c circles.CircleView) []field {
	return []field{t.field("write", c.ID, "text", "textarea", "")}
}

func doWrite(v *visit, actor identity.Actor, f deedForm) error {
	_, err := v.Calendar.MessageToCircle(v.ctx(), actor, f.circleID, f.get("text"))
	return err
}

func pauseFields(t *typed, c circles.CircleView) []field {
	return []field{t.field("pause", c.ID, "returns_on", "date", "")}
}

func doPause(v *visit, actor identity.Actor, f deedForm) error {
	on := f.date("returns_on")
	if err := f.broken.Err(); err != nil {
		return err
	}
	_, err := v.Calendar.Pause(v.ctx(), actor, f.circleID, f.revision, on, false)
	return err
}

func resumeFields(*typed, circles.CircleView) []field { return nil }

func doResume(v *visit, actor identity.Actor, f deedForm) error {
	_, err := v.Calendar.Resume(v.ctx(), actor, f.circleID, f.revision, wall.Date{}, false)
	return err
}

func placeFields(t *typed, c circles.CircleView) []field {
	return []field{
		t.field("place", c.ID, "venue", "textarea", c.Venue),
		t.field("place", c.ID, "video_link", "url", c.VideoLink), t.field("place", c.ID, "chat_link", "url", c.ChatLink),
	}
}

func doPlace(v *visit, actor identity.Actor, f deedForm) error {
	venue := strings.ReplaceAll(f.get("venue"), "\r\n", "\n") // as browsers send it
	video, chat := f.get("video_link"), f.get("chat_link")
	patch := circles.CirclePatch{Venue: &venue, VideoLink: &video, ChatLink: &chat}
	_, err := v.Circles.PatchCircle(v.ctx(), actor, f.circleID, f.revision, patch)
	return err
}
