package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"kring/circles"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"
	"kring/scheduling"
)

// deed is something that any member can do for the whole circle, as a form on the page of dates: what letters call "see
// or change the dates" and "write back".
type deed struct {
	do     string // in the form and in the texts: "web.do.<do>"
	states []circles.State
	fields func(*typed, circles.CircleView, []mineSession) []field
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

// clock reads a time of day; what is none is noted.
func (f deedForm) clock(name string) wall.TimeOfDay {
	at, err := wall.ParseTimeOfDay(f.get(name))
	if err != nil {
		f.broken.Add("/"+name, "not-a-time")
	}
	return at
}

func deeds() []deed {
	running := []circles.State{circles.Running}
	alive := []circles.State{circles.Forming, circles.Running, circles.Paused}
	return []deed{
		{"write", alive, writeFields, doWrite},
		{"move", running, moveFields, doMove},
		{"skip", running, skipFields, doSkip},
		{"slot", running, slotFields, doSlot},
		{"break", running, breakFields, doBreak},
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

func (t *typed) deeds(c circles.CircleView, sessions []mineSession) []mineDeed {
	var out []mineDeed
	for _, d := range deeds() {
		if !stateIn(c.State, d.states) {
			continue
		}
		key := "web.do." + d.do
		out = append(out, mineDeed{
			Do: d.do, Title: t.say(key), Hint: t.say(key+".hint", "zone", t.zoneOf(c.Zone)), Button: t.say(key + ".button"),
			Open: t.at(d.do, c.ID), Revision: c.Revision, Fields: d.fields(t, c, sessions),
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
		revision, err := strconv.Atoi(sent.Get("revision"))
		if err != nil || revision < 1 {
			return true, fault.New(fault.Unreadable, "unreadable")
		}
		return true, d.act(v, actor, deedForm{sent: sent, circleID: sent.Get("circle"), revision: revision, broken: &broken})
	}
	return false, nil
}

func writeFields(t *typed, c circles.CircleView, _ []mineSession) []field {
	return []field{t.field("write", c.ID, "text", "textarea", "")}
}

func doWrite(v *visit, actor identity.Actor, f deedForm) error {
	_, err := v.Calendar.MessageToCircle(v.ctx(), actor, f.circleID, f.get("text"))
	return err
}

// sessionField is the choice of a session that lies ahead.
func sessionField(t *typed, do string, c circles.CircleView, sessions []mineSession) field {
	f := t.field(do, c.ID, "session", "", "")
	for _, s := range sessions {
		f.Choices = append(f.Choices, option{Value: s.ID, Label: s.Date + ", " + s.Hour, Chosen: s.ID == f.Value})
	}
	return f
}

func moveFields(t *typed, c circles.CircleView, sessions []mineSession) []field {
	at := ""
	if slot, agreed := c.Slot(); agreed {
		at = slot.At.String()
	}
	return []field{
		sessionField(t, "move", c, sessions), t.field("move", c.ID, "date", "date", ""), t.field("move", c.ID, "time", "time", at),
	}
}

func doMove(v *visit, actor identity.Actor, f deedForm) error {
	on, at := f.date("date"), f.clock("time")
	if err := f.broken.Err(); err != nil {
		return err
	}
	_, err := v.Calendar.Move(v.ctx(), actor, f.get("session"), 0, on, at, false)
	return err
}

func skipFields(t *typed, c circles.CircleView, sessions []mineSession) []field {
	return []field{sessionField(t, "skip", c, sessions)}
}

func doSkip(v *visit, actor identity.Actor, f deedForm) error {
	_, err := v.Calendar.Skip(v.ctx(), actor, f.get("session"), 0, false)
	return err
}

func slotFields(t *typed, c circles.CircleView, _ []mineSession) []field {
	day, at := "", ""
	if slot, agreed := c.Slot(); agreed {
		day, at = wall.WeekdayKey(slot.Weekday), slot.At.String()
	}
	weekday := t.field("slot", c.ID, "weekday", "", day)
	for i := range 7 {
		w := time.Weekday((i + 1) % 7) // from Monday on
		key := wall.WeekdayKey(w)
		weekday.Choices = append(weekday.Choices, option{Value: key, Label: wall.WeekdayName(w, t.lang), Chosen: key == weekday.Value})
	}
	return []field{weekday, t.field("slot", c.ID, "time", "time", at)}
}

func doSlot(v *visit, actor identity.Actor, f deedForm) error {
	weekday, err := wall.ParseWeekday(f.get("weekday"))
	if err != nil {
		f.broken.Add("/weekday", "not-a-weekday")
	}
	slot := wall.Slot{Weekday: weekday, At: f.clock("time")}
	if err := f.broken.Err(); err != nil {
		return err
	}
	_, err = v.Calendar.NewSlot(v.ctx(), actor, f.circleID, f.revision, scheduling.SlotChange{Slot: slot}, false)
	return err
}

func breakFields(t *typed, c circles.CircleView, _ []mineSession) []field {
	return []field{t.field("break", c.ID, "from_on", "date", ""), t.field("break", c.ID, "until_on", "date", "")}
}

func doBreak(v *visit, actor identity.Actor, f deedForm) error {
	from, until := f.date("from_on"), f.date("until_on")
	if err := f.broken.Err(); err != nil {
		return err
	}
	_, err := v.Calendar.AddBreak(v.ctx(), actor, f.circleID, f.revision, from, until, false)
	return err
}

func pauseFields(t *typed, c circles.CircleView, _ []mineSession) []field {
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

func resumeFields(*typed, circles.CircleView, []mineSession) []field { return nil }

func doResume(v *visit, actor identity.Actor, f deedForm) error {
	_, err := v.Calendar.Resume(v.ctx(), actor, f.circleID, f.revision, wall.Date{}, false)
	return err
}

func placeFields(t *typed, c circles.CircleView, _ []mineSession) []field {
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
