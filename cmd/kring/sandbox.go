package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"kring/internal/fault"
	"kring/internal/mail/catcher"
	"kring/internal/wall"
)

const (
	// longestAdvance bounds one turn of the clock, in days.
	longestAdvance = 366
	// sandboxBody bounds the body of a request to the sandbox.
	sandboxBody = 4 << 10
)

// sandbox is what only the demo has: the inbox of everybody, and the clock to turn.
type sandbox struct {
	*service
	box   *catcher.Box
	cast  *cast
	token string          // lets a shell act as the owner
	moved func(time.Time) // told where the clock stands after a turn
}

// mount adds the routes of the sandbox.
func (b *sandbox) mount(e *echo.Echo) {
	e.GET("/sandbox", func(c echo.Context) error { return c.Redirect(http.StatusSeeOther, "/sandbox/inbox") })
	e.GET("/sandbox/inbox", b.showInbox)
	e.GET("/sandbox/inbox/:number", b.showMail)
	e.GET("/sandbox/inbox/:number/files/:file", b.showFile)
	e.GET("/sandbox/clock", func(c echo.Context) error { return c.JSON(http.StatusOK, b.reading()) })
	e.POST("/sandbox/clock/advance", b.advance)
	e.GET("/sandbox/token", b.showToken)
}

// showToken answers the owner's token for a shell to take. It opens nothing that the inbox, which holds everybody's
// links, does not.
func (b *sandbox) showToken(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.String(http.StatusOK, b.token+"\n")
}

// reading is what the clock shows.
type reading struct {
	Now    time.Time `json:"now"`
	Local  local     `json:"local"`
	Turned int64     `json:"turned_seconds"` // how far it is ahead of the machine
	Mails  int       `json:"mails"`          // how many have come in since the start
}

// local is an instant on a wall.
type local struct {
	Date string `json:"date"`
	Time string `json:"time"`
	Zone string `json:"zone"`
}

func (b *sandbox) reading() reading {
	now := b.clock.Now()
	r := reading{Now: now, Turned: int64(b.clock.Offset().Round(time.Second) / time.Second), Mails: b.box.Taken()}
	if loc, err := wall.LoadZone(b.config.zone); err == nil {
		r.Local = local{wall.DateOf(now, loc).String(), wall.TimeOfDayOf(now, loc).String(), b.config.zone}
	}
	return r
}

// turn is what POST /sandbox/clock/advance takes: until when, or for how many days.
type turn struct {
	To   *time.Time
	Days *int
	Play *bool // whether the sample members answer; true when left out
}

// advance turns the clock and answers when all that was due has run.
func (b *sandbox) advance(c echo.Context) error {
	// A page of another site can have a browser send a form, but not this without asking.
	if kind, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType)); err != nil || kind != echo.MIMEApplicationJSON {
		return fault.New(fault.Unsupported, "not-json-type")
	}
	asked, err := readTurn(c.Request().Body)
	if err != nil {
		return err
	}
	to, err := asked.until(b.clock.Now())
	if err != nil {
		return err
	}
	// A year may take longer than an answer usually may.
	if err := http.NewResponseController(c.Response()).SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if err := b.walk(c.Request().Context(), to, asked.Play == nil || *asked.Play); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, b.reading())
}

// walk turns the clock; with play the sample members answer on the way.
func (b *sandbox) walk(ctx context.Context, to time.Time, play bool) error {
	var guests []*job
	if play {
		guests = append(guests, &job{name: "play", pass: b.cast.play})
	}
	err := b.jobs.Walk(ctx, to, guests...)
	b.cast.skip(b.clock.Now())
	if b.moved != nil {
		b.moved(b.clock.Now())
	}
	return err
}

// until is the instant to turn to, or Invalid with everything that is wrong.
func (t turn) until(now time.Time) (time.Time, error) {
	var v fault.Violations
	last := now.AddDate(0, 0, longestAdvance)
	switch {
	case t.To == nil && t.Days == nil:
		v.Add("/to", "required")
	case t.To != nil && t.Days != nil:
		v.Add("/days", "unknown-field")
	case t.To != nil && t.To.Before(now):
		v.Add("/to", "in-the-past")
	case t.To != nil && t.To.After(last):
		v.Add("/to", "too-far", fault.Args{"date": last.Format(time.DateOnly)})
	case t.To != nil:
		return *t.To, nil
	case *t.Days < 0 || *t.Days > longestAdvance:
		v.Add("/days", "not-between", fault.Args{"from": 0, "until": longestAdvance})
	default:
		return now.AddDate(0, 0, *t.Days), nil
	}
	return time.Time{}, v.Err()
}

// readTurn reads the body strictly: every faulty field is named at once.
func readTurn(body io.Reader) (t turn, err error) {
	raw, err := io.ReadAll(io.LimitReader(body, sandboxBody))
	if err != nil {
		return t, fault.New(fault.Unreadable, "unreadable").Because(err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return t, fault.New(fault.Unreadable, "unreadable").Because(err)
	}
	var v fault.Violations
	for name, value := range fields {
		var into any
		var code string
		switch name {
		case "to":
			into, code = &t.To, "not-an-instant"
		case "days":
			into, code = &t.Days, "not-a-whole-number"
		case "play":
			into, code = &t.Play, "not-true-or-false"
		default:
			v.Add("/"+name, "unknown-field")
			continue
		}
		if json.Unmarshal(value, into) != nil {
			v.Add("/"+name, code)
		}
	}
	return t, v.Err()
}
