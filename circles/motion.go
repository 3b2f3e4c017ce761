package circles

import "time"

// MotionKind is what is done after three days unless a member objects.
type MotionKind string

// The kinds of motions.
const (
	MotionJoin     MotionKind = "join"     // a newcomer comes in
	MotionComplete MotionKind = "complete" // the circle declares itself finished
	MotionEnd      MotionKind = "end"      // the circle stops
)

// MotionState says what became of a motion.
type MotionState string

// The states of a motion.
const (
	MotionOpen     MotionState = "open"
	MotionCarried  MotionState = "carried"
	MotionObjected MotionState = "objected"
)

// Motion is a proposal to a circle that silence carries. Who objected is not kept.
type Motion struct {
	ID        string
	CircleID  string
	Kind      MotionKind
	MemberID  string    // who proposed it; of a join the newcomer's seat
	Reason    EndReason // of an end
	Body      string    // of an end: the text that the circle sees
	DueAt     time.Time
	State     MotionState
	CreatedAt time.Time
	ClosedAt  *time.Time
}

// TableName is the motions' table.
func (Motion) TableName() string { return "motions" }
