package api_test

import (
	"net/http"
	"testing"
)

// An id tells since when somebody is known, and of two seats whether one person has both. Who types an address learns
// neither before the yes.
func TestAnInvitationTellsNotWhoIsKnown(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		seats, fred := "/api/v1/circles/"+c.circle.ID+"/members", w.token(c.actors[facilitator].PersonID)
		for _, who := range []string{member, facilitator} {
			token := w.token(c.actors[who].PersonID)
			for _, email := range []string{"otto@example.org", "unknown@example.org"} {
				seat := w.send(request{method: "POST", path: seats, token: token, body: map[string]any{"name": "X", "email": email}}).status(http.StatusCreated)
				again := w.send(request{method: "GET", path: seats + "/" + seat.text("id"), token: token}).status(http.StatusOK)
				for _, view := range []answer{seat, again} {
					if id, there := view.json()["person_id"]; there {
						t.Errorf("%s is told that %s is %v", who, email, id)
					}
				}
				w.send(request{method: "DELETE", path: seats + "/" + seat.text("id"), token: fred}).status(http.StatusNoContent)
			}
		}
	})
}
