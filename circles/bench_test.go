package circles

import (
	"fmt"
	"testing"

	"kring/internal/database"
	"kring/internal/page"
	"kring/internal/testkit"
)

// crowd fills the programme with so many circles of five, of one member each.
func (w *world) crowd(circles int) string {
	w.t.Helper()
	first, seats := w.circle(1)
	w.write(func(tx database.Tx) error {
		for _, statement := range []string{
			`with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
			insert into circles (id, programme_id, name, state, guide_set, language, zone, holidays, quorum, seats, guide_week, created_at, updated_at)
			select printf('00000000-0000-7000-8000-%012x', i), programme_id, name, state, guide_set, language, zone, holidays,
				quorum, seats, guide_week, created_at, updated_at from n, circles where id = ?`,
			`insert into members (id, circle_id, person_id, state, in_at, created_at, updated_at)
			select c.id, c.id, m.person_id, 'accepted', m.in_at, m.created_at, m.updated_at from circles c, members m
			where m.id = ? and c.id <> m.circle_id and ? = ?`,
		} {
			args := []any{circles, first.ID}
			if statement[:6] == "insert" {
				args = []any{seats[0].ID, 1, 1}
			}
			if err := tx.Gorm().Exec(statement, args...).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return first.ID
}

func BenchmarkCircles(b *testing.B) {
	for _, size := range []int{1_000, 100_000} {
		w := newWorld(b, testkit.Open(b, testkit.SQLite(b)))
		id := w.crowd(size)
		b.Run(fmt.Sprintf("one of %d", size), func(b *testing.B) {
			for b.Loop() {
				got(w.registry.Circle(w.ctx, w.facilitator, id))(b)
			}
		})
		b.Run(fmt.Sprintf("50 of %d", size), func(b *testing.B) {
			for b.Loop() {
				got(w.registry.Circles(w.ctx, w.facilitator, w.programme.ID, "", page.Cursor{}, 50))(b)
			}
		})
	}
}
