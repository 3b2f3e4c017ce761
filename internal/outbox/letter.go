package outbox

import "time"

// State is how far a letter is. Planned is the state of a notice that waits for its hour; the others
// are states of letters. doc.go draws them.
type State string

// The states.
const (
	Planned State = "planned"
	Queued  State = "queued"
	Sending State = "sending"
	Sent    State = "sent"
	Refused State = "refused"
	Parked  State = "parked"
	Lapsed  State = "lapsed"
)

type noticeState string

const (
	noticeWaiting  noticeState = "waiting"
	noticeInLetter noticeState = "in_letter"
	noticeVoid     noticeState = "void"
	noticeLapsed   noticeState = "lapsed"
)

// Reasons that the outbox itself gives; rooms give their own, mail servers their codes.
const (
	ReasonTooLate       = "too-late"
	ReasonUnsubscribed  = "unsubscribed"
	ReasonErased        = "erased"
	ReasonSilence       = "silence"
	ReasonUndeliverable = "undeliverable"
	ReasonComposing     = "compose-failed"
	ReasonUnknownKind   = "unknown-kind"
)

// Lease is how long a claim holds, in machine time. A process that dies loses its letters to the
// others after it.
const Lease = 5 * time.Minute

// spare is the least of a lease that must be left to begin a letter: twice what sending may take.
const spare = time.Minute

// delays are the pauses, in product time, after the first refusal, the second and so on. One more
// refusal parks the letter: about two days after it was due.
func delays() []time.Duration {
	return []time.Duration{
		time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
	}
}
