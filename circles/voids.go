package circles

import (
	"kring/internal/database"
	"kring/internal/outbox"
)

// voidAbout takes back what is not yet in a letter about a seat or a motion.
func voidAbout(tx database.Tx, c Circle, subjectID, reason string) error {
	return outbox.VoidIn(tx, outbox.Where{CircleID: c.ID, SubjectID: subjectID}, reason)
}

// voidFor takes back what is not yet in a letter to somebody about a circle.
func voidFor(tx database.Tx, c Circle, personID, reason string) error {
	return outbox.VoidIn(tx, outbox.Where{CircleID: c.ID, PersonID: personID}, reason)
}
