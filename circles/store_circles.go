package circles

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"kring/internal/database"
)

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
		"ask_everybody": c.AskEverybody, "go_no_go_off": c.GoNoGoOff,
		"reasons_since": c.ReasonsSince, "next_check_at": c.NextCheckAt, "updated_at": now,
	})
	c.Revision++
	return err
}

func touchCircle(tx database.Tx, circleID string, now time.Time) error {
	return tx.Gorm().Exec("update circles set next_check_at = ? where id = ? and state in ('forming', 'running', 'paused')",
		now, circleID).Error
}

// raiseSequence makes what one person's calendar is told next newer than all that it was told. It is no change of the
// circle, so its revision stays.
func raiseSequence(tx database.Tx, circleID string) error {
	return tx.Gorm().Exec("update circles set sequence = sequence + 1 where id = ?", circleID).Error
}

// seenCircle is a circle with what the asking person is to it and how its seats stand.
type seenCircle struct {
	Circle
	Facilitates bool
	Partner     bool    // looked for only when the person is neither facilitator nor member
	SeatID      *string // the person's own open seat
	SeatIn      bool    // who has it is a member
	MembersIn   int
	Taken       int
}

// Every request about a circle reads it this way, so the columns are named and scanned by hand: gorm's reflection costs
// more than the statement. fields has them in the same order.
const seenColumns = `c.id, c.programme_id, c.name, c.state, c.guide_set, c.language, c.zone, c.holidays, c.quorum,
	c.slot_weekday, c.slot_at, c.starts_on, c.venue, c.video_link, c.chat_link, c.looked_after_by, c.seats, c.seats_open,
	c.guide_week, c.series, c.sequence, c.begun_at, c.paused_on, c.returns_on, c.completed_at, c.ended_at, c.end_reason,
	c.end_text, c.reminders_stopped_at, c.go_on_asked_at, c.reasons_since, c.next_check_at, c.ask_everybody,
	c.go_no_go_off, c.revision, c.created_at,
	c.updated_at,
	exists (select 1 from facilitators f where f.programme_id = c.programme_id and f.person_id = ?),
	(select m.id from members m where m.circle_id = c.id and m.person_id = ?
		and m.state in ('invited', 'asked', 'held', 'accepted')),
	exists (select 1 from members m where m.circle_id = c.id and m.person_id = ?
		and m.state = 'accepted' and m.in_at is not null),
	(select count(*) from members m where m.circle_id = c.id and m.state = 'accepted' and m.in_at is not null),
	(select count(*) from members m where m.circle_id = c.id and m.state in ('invited', 'held', 'accepted'))`

func (s *seenCircle) fields() []any {
	return []any{
		&s.ID, &s.ProgrammeID, &s.Name, &s.State, &s.GuideSet, &s.Language, &s.Zone, &s.Holidays, &s.Quorum,
		&s.SlotWeekday, &s.SlotAt, &s.StartsOn, &s.Venue, &s.VideoLink, &s.ChatLink, &s.LookedAfterBy, &s.Seats, &s.SeatsOpen,
		&s.GuideWeek, &s.Series, &s.Sequence, &s.BegunAt, &s.PausedOn, &s.ReturnsOn, &s.CompletedAt, &s.EndedAt, &s.EndReason,
		&s.EndText, &s.RemindersStoppedAt, &s.GoOnAskedAt, &s.ReasonsSince, &s.NextCheckAt, &s.AskEverybody,
		&s.GoNoGoOff, &s.Revision, &s.CreatedAt,
		&s.UpdatedAt, &s.Facilitates, &s.SeatID, &s.SeatIn, &s.MembersIn, &s.Taken,
	}
}

// seeCircles reads circles by id, as the person sees them, in no order.
func seeCircles(tx database.Tx, personID string, ids ...string) ([]seenCircle, error) {
	person := fromStart(personID)
	found, err := tx.Gorm().Raw("select "+seenColumns+" from circles c where c.id in ?", person, person, person, ids).Rows()
	if err != nil {
		return nil, err
	}
	defer found.Close() // Err below says what went wrong
	seen := make([]seenCircle, 0, len(ids))
	for found.Next() {
		var s seenCircle
		if err := found.Scan(s.fields()...); err != nil {
			return nil, err
		}
		seen = append(seen, s)
	}
	if err := found.Err(); err != nil {
		return nil, err
	}
	return seen, markPartners(tx, personID, seen)
}

// markPartners looks for circles that the person sees as a partner among those that she sees in no other way.
func markPartners(tx database.Tx, personID string, seen []seenCircle) error {
	var ids []string
	for _, s := range seen {
		if !s.Facilitates && !s.SeatIn {
			ids = append(ids, s.ID)
		}
	}
	if personID == "" || len(ids) == 0 {
		return nil
	}
	partnered, err := partneredAmong(tx, personID, ids...)
	for i := range seen {
		seen[i].Partner = slices.Contains(partnered, seen[i].ID)
	}
	return err
}

// partneredAmong are those of the circles in which somebody is who came through a programme of another circle that the
// person facilitates.
func partneredAmong(tx database.Tx, personID string, circleIDs ...string) ([]string, error) {
	var ids []string
	return ids, tx.Gorm().Raw(`select distinct m.circle_id from members m
		join facilitators f on f.programme_id = m.programme_id and f.person_id = ?
		where m.circle_id in ? and m.guest and m.state = 'accepted' and m.in_at is not null`,
		personID, circleIDs).Scan(&ids).Error
}

func isPartner(tx database.Tx, personID, circleID string) (bool, error) {
	found, err := partneredAmong(tx, personID, circleID)
	return len(found) > 0, err
}

// programmesWithGuests are the programmes of the person through which people came into circles of others.
func programmesWithGuests(tx database.Tx, personID string) ([]string, error) {
	var ids []string
	return ids, tx.Gorm().Table("facilitators f").
		Where("f.person_id = ? and exists (select 1 from members m where m.programme_id = f.programme_id and m.guest)", fromStart(personID)).
		Order("f.programme_id desc").Limit(mostProgrammes).Pluck("f.programme_id", &ids).Error
}

// circlesOfGuests are the circles of other programmes, or of the one named, in which somebody is who came through the
// first.
func circlesOfGuests(tx database.Tx, through, programmeID string, state State, before string, limit int) ([]string, error) {
	query := tx.Gorm().Table("members m").Distinct("m.circle_id").Joins("join circles c on c.id = m.circle_id").
		Where("m.programme_id = ? and m.guest and m.circle_id < ? and m.state = 'accepted' and m.in_at is not null",
			through, fromEnd(before))
	return newestCircles(query, programmeID, state, limit)
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
	return newestCircles(query, programmeID, state, limit)
}

// newestCircles answers a query of members (m) and their circles (c): ids, newest first, of one programme and in one state
// when these are given.
func newestCircles(query *gorm.DB, programmeID string, state State, limit int) ([]string, error) {
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
