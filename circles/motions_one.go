package circles

import (
	"context"

	"kring/internal/database"
	"kring/internal/identity"
)

// Motion is one motion, for its circle's members. It answers NotFound.
func (r *Registry) Motion(ctx context.Context, actor identity.Actor, id string) (Motion, error) {
	return read(ctx, r.db, func(tx database.Tx) (Motion, error) {
		motion, err := one[Motion](tx, id, false)
		if err != nil {
			return motion, err
		}
		_, object, err := SeeIn(tx, actor, motion.CircleID)
		if err != nil {
			return motion, err
		}
		return motion, May(actor, SeeMotions, object)
	})
}
