package outbox

import (
	"time"

	"kring/internal/mail"
)

// outcome is what a receipt says about a letter.
type outcome struct {
	state    State
	reason   string
	dueAt    time.Time
	refusals int
	settled  []settled // notices that are not told by it
	nobodyAt string    // the address that is refused for good
}

type settled struct {
	id     string
	state  noticeState
	reason string
}

func (l letterRow) sent(late []settled) outcome {
	return outcome{state: Sent, dueAt: l.DueAt, refusals: l.Refusals, settled: late}
}

// lapsed ends a letter that is not sent, with what becomes of its notices.
func (l letterRow) lapsed(notices []Notice, late []settled, state noticeState, reason string) outcome {
	o := outcome{state: Lapsed, reason: reason, dueAt: l.DueAt, refusals: l.Refusals, settled: late}
	for _, n := range notices {
		o.settled = append(o.settled, settled{n.ID, state, reason})
	}
	return o
}

// later queues a letter again after a growing pause, or parks it after the last one.
func (l letterRow) later(now time.Time, reason string) outcome {
	pauses := delays()
	o := outcome{state: Queued, reason: reason, refusals: l.Refusals + 1}
	if l.Refusals >= len(pauses) {
		o.state, o.dueAt = Parked, l.DueAt
		return o
	}
	o.dueAt = now.Add(pauses[l.Refusals])
	return o
}

// failed is what a mail server's answer means for a letter to an address; Lost is not for here.
func (l letterRow) failed(now time.Time, failure *mail.Failure, mailbox string) outcome {
	switch failure.Verdict {
	case mail.Refused, mail.NoMailbox:
		o := outcome{state: Refused, reason: failure.Reason(), dueAt: l.DueAt, refusals: l.Refusals + 1}
		if failure.Verdict == mail.NoMailbox {
			o.nobodyAt = mailbox
		}
		return o
	default:
		return l.later(now, failure.Reason())
	}
}
