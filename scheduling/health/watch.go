package health

import (
	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
)

// The kinds of notices that this room gives to the outbox. Their subject is the flag, and the programme.
const (
	NoticeStalling       = "stalling"        // to whoever looks after the circle; a day's worth of them is one letter
	NoticeWeeklyOverview = "weekly_overview" // to each facilitator of a programme
)

// Watch keeps an eye on circles: its passes let time act, its use cases are what people answer and see. It may be used
// from several goroutines.
type Watch struct {
	db     *database.DB
	clock  *clock.Clock
	guides *guides.Library
}

// Options is what a Watch is made of.
type Options struct {
	DB     *database.DB
	Clock  *clock.Clock
	Guides *guides.Library
}

// New makes a Watch.
func New(o Options) *Watch { return &Watch{db: o.DB, clock: o.Clock, guides: o.Guides} }
