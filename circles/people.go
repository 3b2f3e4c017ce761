package circles

import (
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
)

// forget deletes a person who never pressed a link and whom nothing here points at any more. The person is locked
// before that is looked at: somebody may be signing up with the same address in this moment.
func forget(tx database.Tx, personID string) error {
	if _, err := identity.LockIn(tx, personID); err != nil {
		if fault.IsKind(err, fault.NotFound) {
			return nil
		}
		return err
	}
	known, err := isKnown(tx, personID)
	if err != nil || known {
		return err
	}
	_, err = identity.DeleteUnconfirmedIn(tx, personID)
	return err
}

// peopleByID reads people in one statement.
func peopleByID(tx database.Tx, ids []string) (map[string]identity.Person, error) {
	if len(ids) == 0 {
		return map[string]identity.Person{}, nil
	}
	return identity.FindManyIn(tx, ids)
}
