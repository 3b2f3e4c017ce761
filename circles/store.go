package circles

import (
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"kring/internal/database"
	"kring/internal/fault"
)

// nobodyID stands for an actor without a person in conditions: no row has it.
const nobodyID = "00000000-0000-0000-0000-000000000000"

// one reads one row by its id, locked when asked. It answers NotFound for an id that is none and one without a row.
func one[T any](tx database.Tx, id string, lock bool) (T, error) {
	var row T
	if !database.IsID(id) {
		return row, notFound()
	}
	query := tx.Gorm().Where("id = ?", id)
	if lock {
		query = query.Clauses(database.Lock(tx))
	}
	return row, absent(query.Take(&row).Error)
}

// absent turns a row that is not there into NotFound.
func absent(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return notFound()
	}
	return err
}

// maybe reads one row, locked, and false when it is gone by now.
func maybe[T any](tx database.Tx, id string) (T, bool, error) {
	return first[T](tx.Gorm().Clauses(database.Lock(tx)).Where("id = ?", id))
}

// rows reads a bounded list.
func rows[T any](query *gorm.DB) ([]T, error) {
	var found []T
	return found, query.Find(&found).Error
}

// first reads the first row, and false when there is none.
func first[T any](query *gorm.DB) (T, bool, error) {
	found, err := rows[T](query.Limit(1))
	if err != nil || len(found) == 0 {
		var none T
		return none, false, err
	}
	return found[0], true, nil
}

func insert[T any](tx database.Tx, row *T) error { return tx.Gorm().Create(row).Error }

// update writes the columns of a row at a revision; it answers Stale when the row is at another.
func update(tx database.Tx, table, id string, revision int, columns map[string]any) error {
	columns["revision"] = revision + 1
	done := tx.Gorm().Table(table).Where("id = ? and revision = ?", id, revision).Updates(columns)
	if done.Error == nil && done.RowsAffected == 0 {
		return stale()
	}
	return done.Error
}

func stale() error { return fault.New(fault.Stale, "stale") }

// Programmes.

func saveProgramme(tx database.Tx, p *Programme, now time.Time) error {
	p.UpdatedAt = now
	err := update(tx, "programmes", p.ID, p.Revision, map[string]any{
		"name": p.Name, "purpose": p.Purpose, "language": p.Language, "zone": p.Zone, "holidays": p.Holidays,
		"quorum": p.Quorum, "starts_on": p.StartsOn, "signup_open": p.SignupOpen,
		"signup_closes_at": p.SignupClosesAt, "hour_reminder": p.HourReminder, "state": p.State, "updated_at": now,
	})
	p.Revision++
	return err
}

// spreadQuorum gives the programme's quorum to its circles that are not over; their health is looked at anew.
func spreadQuorum(tx database.Tx, p Programme, now time.Time) error {
	return tx.Gorm().Exec(`update circles set quorum = ?, next_check_at = ?, updated_at = ?, revision = revision + 1
		where programme_id = ? and state in ('forming', 'running', 'paused') and quorum <> ?`,
		p.Quorum, now, now, p.ID, p.Quorum).Error
}

func breaksOf(tx database.Tx, programmeID string) ([]Break, error) {
	return rows[Break](tx.Gorm().Where("programme_id = ?", programmeID).Order("from_on, id").Limit(mostBreaks))
}

func replaceBreaks(tx database.Tx, programmeID string, breaks []Break) error {
	if err := tx.Gorm().Where("programme_id = ?", programmeID).Delete(&Break{}).Error; err != nil {
		return err
	}
	if len(breaks) == 0 {
		return nil
	}
	fresh := make([]Break, len(breaks))
	for i, b := range breaks {
		fresh[i] = b
		fresh[i].ID, fresh[i].ProgrammeID = database.NewID(), programmeID
	}
	return tx.Gorm().Create(&fresh).Error
}

// insertFacilitator answers false when the person is one already.
func insertFacilitator(tx database.Tx, f Facilitator) (bool, error) {
	done := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&f)
	return done.RowsAffected == 1, done.Error
}

// deleteFacilitator answers false when the person was none.
func deleteFacilitator(tx database.Tx, programmeID, personID string) (bool, error) {
	done := tx.Gorm().Where("programme_id = ? and person_id = ?", programmeID, personID).Delete(&Facilitator{})
	return done.RowsAffected == 1, done.Error
}

// handOver gives the circles that somebody looked after to another facilitator.
func handOver(tx database.Tx, programmeID, from, to string, now time.Time) error {
	return tx.Gorm().Exec(`update circles set looked_after_by = ?, updated_at = ?, revision = revision + 1
		where programme_id = ? and looked_after_by = ?`, to, now, programmeID, from).Error
}

func facilitatorsOf(tx database.Tx, programmeID string) ([]Facilitator, error) {
	return rows[Facilitator](tx.Gorm().Where("programme_id = ?", programmeID).Order("created_at, person_id").Limit(1000))
}

// facilitates says whether the person has rights over the programme; over any one when the programme is "".
func facilitates(tx database.Tx, programmeID, personID string) (bool, error) {
	if personID == "" {
		return false, nil
	}
	query := tx.Gorm().Where("person_id = ?", personID)
	if programmeID != "" {
		query = query.Where("programme_id = ?", programmeID)
	}
	_, found, err := first[Facilitator](query)
	return found, err
}

func programmesOf(tx database.Tx, personID, after string, limit int) ([]Programme, error) {
	return rows[Programme](tx.Gorm().Raw(`select p.* from facilitators f join programmes p on p.id = f.programme_id
		where f.person_id = ? and f.programme_id > ? order by f.programme_id limit ?`,
		personID, fromStart(after), limit))
}

// fromStart is a cursor's id, or the id before all others.
func fromStart(after string) string {
	if after == "" {
		return nobodyID
	}
	return after
}

// fromEnd is a cursor's id, or the id behind all others.
func fromEnd(before string) string {
	if before == "" {
		return "ffffffff-ffff-ffff-ffff-ffffffffffff"
	}
	return before
}

// Applications.

func saveApplication(tx database.Tx, a *Application, now time.Time) error {
	a.UpdatedAt = now
	err := update(tx, "applications", a.ID, a.Revision, map[string]any{
		"state": a.State, "name": a.Name, "letter_language": a.LetterLanguage, "speaks": a.Speaks, "zone": a.Zone,
		"availability": a.Availability, "team": a.Team, "department": a.Department, "location": a.Location,
		"experience": a.Experience, "circle_id": a.CircleID, "expires_at": a.ExpiresAt, "letter_at": a.LetterAt,
		"confirmed_at": a.ConfirmedAt, "updated_at": now,
	})
	a.Revision++
	return err
}

// liveApplication is the person's application to the programme that is not withdrawn, locked.
func liveApplication(tx database.Tx, programmeID, personID string) (Application, bool, error) {
	return first[Application](tx.Gorm().Clauses(database.Lock(tx)).
		Where("programme_id = ? and person_id = ? and state <> 'withdrawn'", programmeID, personID))
}

// insertApplication answers false when the person already has one.
func insertApplication(tx database.Tx, a Application) (bool, error) {
	done := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&a)
	return done.RowsAffected == 1, done.Error
}

func deleteApplication(tx database.Tx, id string) error {
	return tx.Gorm().Where("id = ? and state = 'unconfirmed'", id).Delete(&Application{}).Error
}

// lastSignupLetter is when the last letter about a sign-up was asked for to the person, in whatever programme.
func lastSignupLetter(tx database.Tx, personID string) (time.Time, error) {
	last, found, err := first[Application](tx.Gorm().Where("person_id = ? and letter_at is not null", personID).
		Order("letter_at desc"))
	if err != nil || !found {
		return time.Time{}, err
	}
	return *last.LetterAt, nil
}

// isKnown says whether an application, a seat or a programme names the person.
func isKnown(tx database.Tx, personID string) (bool, error) {
	var known bool
	return known, tx.Gorm().Raw(`select exists (select 1 from applications where person_id = @person)
		or exists (select 1 from members where person_id = @person)
		or exists (select 1 from facilitators where person_id = @person)`, map[string]any{"person": personID}).Row().Scan(&known)
}

func applicationsOf(tx database.Tx, programmeID string, state ApplicationState, after string, limit int) ([]Application, error) {
	query := tx.Gorm().Where("programme_id = ? and id > ?", programmeID, fromStart(after))
	if state != "" {
		query = query.Where("state = ?", state)
	}
	return rows[Application](query.Order("id").Limit(limit))
}

func lapsedApplications(tx database.Tx, now time.Time, limit int) ([]Application, error) {
	return rows[Application](tx.Gorm().Where("state = 'unconfirmed' and expires_at <= ?", now).
		Order("expires_at").Limit(limit))
}

// Circles.

func saveCircle(tx database.Tx, c *Circle, now time.Time) error {
	c.UpdatedAt = now
	err := update(tx, "circles", c.ID, c.Revision, map[string]any{
		"name": c.Name, "state": c.State, "language": c.Language, "zone": c.Zone, "holidays": c.Holidays,
		"quorum": c.Quorum, "slot_weekday": c.SlotWeekday, "slot_at": c.SlotAt, "starts_on": c.StartsOn,
		"venue": c.Venue, "video_link": c.VideoLink, "chat_link": c.ChatLink, "looked_after_by": c.LookedAfterBy,
		"seats": c.Seats, "seats_open": c.SeatsOpen, "guide_week": c.GuideWeek, "series": c.Series,
		"sequence": c.Sequence, "begun_at": c.BegunAt, "paused_on": c.PausedOn, "returns_on": c.ReturnsOn,
		"completed_at": c.CompletedAt, "ended_at": c.EndedAt, "end_reason": c.EndReason, "end_text": c.EndText,
		"reminders_stopped_at": c.RemindersStoppedAt, "go_on_asked_at": c.GoOnAskedAt,
		"reasons_since": c.ReasonsSince, "next_check_at": c.NextCheckAt, "updated_at": now,
	})
	c.Revision++
	return err
}

func touchCircle(tx database.Tx, circleID string, now time.Time) error {
	return tx.Gorm().Exec("update circles set next_check_at = ? where id = ? and state in ('forming', 'running', 'paused')",
		now, circleID).Error
}

// seenCircle is a circle with what the asking person is to it and how its seats stand.
type seenCircle struct {
	Circle      `gorm:"embedded"`
	Facilitates bool
	SeatID      *string // the person's own open seat
	SeatIn      bool    // who has it is a member
	MembersIn   int
	Taken       int
}

const seenColumns = `c.*,
	exists (select 1 from facilitators f where f.programme_id = c.programme_id and f.person_id = @person) as facilitates,
	(select m.id from members m where m.circle_id = c.id and m.person_id = @person
		and m.state in ('invited', 'asked', 'held', 'accepted')) as seat_id,
	exists (select 1 from members m where m.circle_id = c.id and m.person_id = @person
		and m.state = 'accepted' and m.in_at is not null) as seat_in,
	(select count(*) from members m where m.circle_id = c.id and m.state = 'accepted' and m.in_at is not null) as members_in,
	(select count(*) from members m where m.circle_id = c.id and m.state in ('invited', 'held', 'accepted')) as taken`

// seeCircles reads circles by id, as the person sees them, in no order.
func seeCircles(tx database.Tx, personID string, ids ...string) ([]seenCircle, error) {
	return rows[seenCircle](tx.Gorm().Raw("select "+seenColumns+" from circles c where c.id in @ids",
		map[string]any{"person": fromStart(personID), "ids": ids}))
}

func circlesOfProgramme(tx database.Tx, programmeID string, state State, before string, limit int) ([]string, error) {
	query := tx.Gorm().Table("circles").Where("programme_id = ? and id < ?", programmeID, fromEnd(before))
	if state != "" {
		query = query.Where("state = ?", state)
	}
	var ids []string
	return ids, query.Order("id desc").Limit(limit).Pluck("id", &ids).Error
}

func circlesOfMember(tx database.Tx, personID, programmeID string, state State, before string, limit int) ([]string, error) {
	query := tx.Gorm().Table("members m").Joins("join circles c on c.id = m.circle_id").
		Where("m.person_id = ? and m.state = 'accepted' and m.in_at is not null and m.circle_id < ?", personID, fromEnd(before))
	if programmeID != "" {
		query = query.Where("c.programme_id = ?", programmeID)
	}
	if state != "" {
		query = query.Where("c.state = ?", state)
	}
	var ids []string
	return ids, query.Order("m.circle_id desc").Limit(limit).Pluck("m.circle_id", &ids).Error
}

// openCircles are the circles of the programme that seek members, with at least one seat that is neither taken nor
// kept for somebody.
func openCircles(tx database.Tx, programmeID, after string, limit int) ([]Circle, error) {
	return rows[Circle](tx.Gorm().Raw(`select c.* from circles c
		where c.programme_id = ? and c.id > ? and c.seats_open and c.state in ('forming', 'running', 'paused')
		and c.seats > (select count(*) from members m where m.circle_id = c.id and m.state in ('invited', 'held', 'accepted'))
		order by c.id limit ?`, programmeID, fromStart(after), limit))
}

// Seats and motions.

func saveMember(tx database.Tx, m *Member, now time.Time) error {
	m.UpdatedAt = now
	err := update(tx, "members", m.ID, m.Revision, map[string]any{
		"state": m.State, "other_hour": m.OtherHour, "hosts": m.Hosts, "host_turn": m.HostTurn,
		"application_id": m.ApplicationID, "expires_at": m.ExpiresAt, "accepted_at": m.AcceptedAt, "in_at": m.InAt,
		"left_at": m.LeftAt, "undo_until": m.UndoUntil, "last_sign_at": m.LastSignAt,
		"still_in_asked_at": m.StillInAskedAt, "updated_at": now,
	})
	m.Revision++
	return err
}

// mostRows bounds the seats of one circle, also those that are history.
const mostRows = 1000

func seatsOf(tx database.Tx, circleIDs ...string) ([]Member, error) {
	return rows[Member](tx.Gorm().Where("circle_id in ?", circleIDs).Order("circle_id, id").Limit(mostRows * len(circleIDs)))
}

// openSeatsOfApplication are the seats in which something can still come of an application.
func openSeatsOfApplication(tx database.Tx, applicationID string) ([]Member, error) {
	return rows[Member](tx.Gorm().Where("application_id = ? and state in ('invited', 'asked', 'held', 'accepted')",
		applicationID).Order("id").Limit(mostRows))
}

func lapsedSeats(tx database.Tx, now time.Time, limit int) ([]Member, error) {
	return rows[Member](tx.Gorm().Where("expires_at is not null and expires_at <= ?", now).Order("expires_at").Limit(limit))
}

func deleteSeat(tx database.Tx, id string) error {
	return tx.Gorm().Where("id = ? and state = 'expired'", id).Delete(&Member{}).Error
}

func saveMotion(tx database.Tx, m Motion) error {
	return tx.Gorm().Table("motions").Where("id = ?", m.ID).
		Updates(map[string]any{"state": m.State, "closed_at": m.ClosedAt}).Error
}

func motionsOf(tx database.Tx, circleID string, open bool) ([]Motion, error) {
	query := tx.Gorm().Where("circle_id = ?", circleID)
	if open {
		query = query.Where("state = 'open'")
	}
	return rows[Motion](query.Order("id desc").Limit(mostRows))
}

func dueMotions(tx database.Tx, now time.Time, kinds []MotionKind, limit int) ([]Motion, error) {
	return rows[Motion](tx.Gorm().Where("state = 'open' and due_at <= ? and kind in ?", now, kinds).
		Order("due_at").Limit(limit))
}

// nextMotion is when the earliest open motion of the kinds is due.
func nextMotion(tx database.Tx, kinds []MotionKind) (time.Time, error) {
	motion, _, err := first[Motion](tx.Gorm().Where("state = 'open' and kind in ?", kinds).Order("due_at"))
	return motion.DueAt, err
}

// What the passage of time does next: the earliest row of each kind.

func nextLapses(tx database.Tx) ([]time.Time, error) {
	var next []time.Time
	application, found, err := first[Application](tx.Gorm().Where("state = 'unconfirmed'").Order("expires_at"))
	if found {
		next = append(next, *application.ExpiresAt)
	}
	if err != nil {
		return nil, err
	}
	seat, found, err := first[Member](tx.Gorm().Where("expires_at is not null").Order("expires_at"))
	if found {
		next = append(next, *seat.ExpiresAt)
	}
	if err != nil {
		return nil, err
	}
	due, err := nextMotion(tx, []MotionKind{MotionJoin})
	if !due.IsZero() {
		next = append(next, due)
	}
	return next, err
}

func noteSign(tx database.Tx, memberID string, now time.Time) error {
	return tx.Gorm().Exec("update members set last_sign_at = ?, still_in_asked_at = null where id = ?", now, memberID).Error
}

func noteAsked(tx database.Tx, memberID string, now time.Time) error {
	return tx.Gorm().Exec("update members set still_in_asked_at = ? where id = ?", now, memberID).Error
}

// mostProgrammes bounds the programmes whose circles one list shows.
const mostProgrammes = 500

func programmesFacilitated(tx database.Tx, personID string) ([]string, error) {
	var ids []string
	return ids, tx.Gorm().Table("facilitators").Where("person_id = ?", fromStart(personID)).
		Order("programme_id desc").Limit(mostProgrammes).Pluck("programme_id", &ids).Error
}
