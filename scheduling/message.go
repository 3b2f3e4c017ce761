package scheduling

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"kring/internal/fault"
	"kring/internal/identity"

	"kring/circles"
)

// The bounds of what members write to their circle.
const (
	longestMessage = 4000 // characters
	mostMessages   = 10   // by one member in a day
)

// CircleMessage is what a member wrote to the circle: plain text.
type CircleMessage struct {
	ID        string
	CircleID  string
	MemberID  string
	Body      string
	CreatedAt time.Time
}

// TableName is the messages' table.
func (CircleMessage) TableName() string { return "circle_messages" }

// MessageToCircle writes to the other members, in any circle that is not over; a pressing word to a circle that was
// ended is no longer carried. It answers Conflict circle-over, Invalid for an empty or too long text, and TooMany after
// ten in a day.
func (cal *Calendar) MessageToCircle(ctx context.Context, actor identity.Actor, circleID, text string) (Change, error) {
	return cal.onCircle(ctx, circleID, ask{actor: actor, action: circles.WriteMessage}, func(c *course) error {
		text, err := checkMessage(text)
		if err != nil {
			return err
		}
		if c.circle.State.Over() {
			return fault.New(fault.Conflict, "circle-over")
		}
		m, _ := c.member(actor.PersonID)
		return c.write(m, text)
	})
}

// checkMessage answers the text as it is sent.
func checkMessage(text string) (string, error) {
	var v fault.Violations
	text, readable := identity.CleanText(text)
	switch {
	case text == "":
		v.Add("/text", "required")
	case utf8.RuneCountInString(text) > longestMessage:
		v.Add("/text", "too-long", fault.Args{"limit": longestMessage})
	case !readable:
		v.Add("/text", "not-text")
	}
	return text, v.Err()
}

func (c *course) write(m circles.Member, text string) error {
	written, err := messagesSince(c.tx, m.ID, c.now.Add(-24*time.Hour), mostMessages)
	if err != nil {
		return err
	}
	if written >= mostMessages {
		return fault.New(fault.TooMany, "too-many-messages").With("limit", mostMessages).After(time.Hour)
	}
	message := CircleMessage{ID: newID(), CircleID: c.circle.ID, MemberID: m.ID, Body: text, CreatedAt: c.now}
	if err := insert(c.tx, []CircleMessage{message}); err != nil {
		return err
	}
	c.message = message.ID
	c.ofCircle(NoticeCircleMessage, message.ID, c.now, without(c.members, m.ID))
	return c.journal("message-written", message.ID, nil)
}

func pointer(list string, i int) string { return fmt.Sprintf("%s/%d", list, i) }
