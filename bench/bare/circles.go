package main

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	pageSize = 50
	lastID   = "ffffffff-ffff-ffff-ffff-ffffffffffff"
)

// bare answers the requests.
type bare struct {
	store  *store
	mu     sync.RWMutex
	tokens map[[32]byte]remembered
	zones  sync.Map
}

func (b *bare) showCircle(w http.ResponseWriter, r *http.Request) {
	personID, ok := b.who(r)
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	c, err := b.store.circleOf(r.Context(), personID, r.PathValue("id"))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !c.facilitates && c.seatID == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if !c.facilitates && !c.seatIn {
		c.videoLink.String, c.chatLink.String = "", ""
	}
	body := b.appendCircle(make([]byte, 0, 1024), &c)
	etag := `"` + strconv.Itoa(c.revision) + "-" + hashOf(body) + `"`
	w.Header()["Etag"] = []string{etag}
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	answer(w, http.StatusOK, body)
}

func (b *bare) listCircles(w http.ResponseWriter, r *http.Request) {
	personID, ok := b.who(r)
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	ids, err := b.circleIDs(r, personID)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	list, err := json.Marshal(ids)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	found, err := b.store.circlesOf(r.Context(), personID, list)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	body := append(make([]byte, 0, 48<<10), `{"items":[`...)
	for i := range found[:min(len(found), pageSize)] {
		if i > 0 {
			body = append(body, ',')
		}
		body = b.appendCircle(body, &found[i])
	}
	body = append(body, `],"next":`...)
	if len(found) > pageSize {
		body = appendText(body, found[pageSize-1].id)
	} else {
		body = append(body, "null"...)
	}
	answer(w, http.StatusOK, append(body, '}'))
}

// circleIDs answers the newest circles that the person facilitates or is a member of.
func (b *bare) circleIDs(r *http.Request, personID string) ([]string, error) {
	ids, err := texts(r.Context(), b.store.ofMember, personID, lastID, pageSize+1)
	if err != nil {
		return nil, err
	}
	programmes, err := texts(r.Context(), b.store.facilitated, personID)
	if err != nil {
		return nil, err
	}
	for _, programme := range programmes {
		more, err := texts(r.Context(), b.store.ofIt, programme, lastID, pageSize+1)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(b, a) })
	ids = slices.Compact(ids)
	return ids[:min(len(ids), pageSize+1)], nil
}

func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header()["Content-Type"] = []string{"application/json"}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller has gone
}

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (b *bare) appendCircle(to []byte, c *circle) []byte {
	text := func(name, value string) { to = appendText(append(to, name...), value) }
	number := func(name string, value int) { to = strconv.AppendInt(append(to, name...), int64(value), 10) }
	instant := func(name string, at *time.Time) {
		to = append(to, name...)
		if at == nil {
			to = append(to, "null"...)
			return
		}
		to = append(at.AppendFormat(append(to, '"'), time.RFC3339Nano), '"')
	}
	date := func(name string, on sql.NullString) {
		to = append(to, name...)
		if !on.Valid {
			to = append(to, "null"...)
			return
		}
		to = appendText(to, on.String)
	}
	instant(`{"begun_at":`, c.begunAt)
	text(`,"chat_link":`, c.chatLink.String)
	instant(`,"completed_at":`, c.completedAt)
	instant(`,"created_at":`, &c.createdAt)
	if weeks, known := b.elapsed(c); known {
		number(`,"elapsed_weeks":`, weeks)
	} else {
		to = append(to, `,"elapsed_weeks":null`...)
	}
	text(`,"end_reason":`, c.endReason)
	text(`,"end_text":`, c.endText)
	instant(`,"ended_at":`, c.endedAt)
	text(`,"guide_set":`, c.guideSet)
	number(`,"guide_week":`, c.guideWeek)
	text(`,"holidays":`, c.holidays)
	text(`,"id":`, c.id)
	text(`,"language":`, c.language)
	if c.lookedAfterBy != nil {
		text(`,"looked_after_by":`, *c.lookedAfterBy)
	} else {
		to = append(to, `,"looked_after_by":null`...)
	}
	text(`,"name":`, c.name)
	text(`,"programme_id":`, c.programmeID)
	number(`,"quorum":`, max(2, min(c.quorum, c.membersIn)))
	date(`,"returns_on":`, c.returnsOn)
	number(`,"revision":`, c.revision)
	number(`,"seats":{"accepted":`, c.membersIn)
	number(`,"free":`, max(c.seats-c.taken, 0))
	to = strconv.AppendBool(append(to, `,"link":null,"open":`...), c.seatsOpen)
	number(`,"total":`, c.seats)
	to = append(to, `},"slot":`...)
	if c.slotWeekday != nil && c.slotAt != nil {
		to = append(to, `{"time":"`...)
		to = append(to, byte('0'+*c.slotAt/600), byte('0'+*c.slotAt/60%10), ':', byte('0'+*c.slotAt%60/10), byte('0'+*c.slotAt%10))
		to = append(to, `","weekday":"`+weekdays[*c.slotWeekday]+`"}`...)
	} else {
		to = append(to, "null"...)
	}
	date(`,"starts_on":`, c.startsOn)
	text(`,"state":`, c.state)
	text(`,"venue":`, c.venue.String)
	text(`,"video_link":`, c.videoLink.String)
	text(`,"zone":`, c.zone)
	return append(to, '}')
}

// elapsed counts the weeks since the first date.
func (b *bare) elapsed(c *circle) (int, bool) {
	if c.begunAt == nil || !c.startsOn.Valid {
		return 0, false
	}
	begun, err := time.Parse(time.DateOnly, c.startsOn.String)
	if err != nil {
		return 0, false
	}
	loc, known := b.zones.Load(c.zone)
	if !known {
		if loc, err = time.LoadLocation(c.zone); err != nil {
			return 0, false
		}
		b.zones.Store(c.zone, loc)
	}
	now := time.Now().In(loc.(*time.Location))
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	return max(int(today.Sub(begun).Hours())/24, 0) / 7, true
}

// appendText writes a JSON string.
func appendText(to []byte, text string) []byte {
	for i := range len(text) {
		if text[i] < ' ' || text[i] == '"' || text[i] == '\\' || text[i] >= 0x7F {
			quoted, _ := json.Marshal(text) // rare
			return append(to, quoted...)
		}
	}
	return append(append(append(to, '"'), text...), '"')
}

// hashOf is FNV-1a in base 36, as in Kring.
func hashOf(view []byte) string {
	hash := uint64(14695981039346656037)
	for _, b := range view {
		hash = (hash ^ uint64(b)) * 1099511628211
	}
	digits := strconv.FormatUint(hash, 36)
	return "0000000000000"[len(digits):] + digits
}
