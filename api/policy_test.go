package api_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/api/contract"
	"kring/internal/database"
	"kring/internal/page"
	"kring/internal/wall"
)

var pageOne page.Cursor

// whom are the columns of the table below.
var whom = []string{nobody, stranger, otherMember, applicant, member, host, facilitator, facilitatorMember}

// row is what an operation answers to each of whom, and what it is asked with. Ids in the path are those of the cast,
// seats are the member's own.
type row struct {
	want   string // status, or - for what is not theirs to see (404)
	body   string
	before func(*cast, context.Context) // what has to be there first
}

// policy has a row for each operation of the contract; one without fails.
//
//	nobody · another programme's facilitator · a member of another circle · an applicant · a member · the host ·
//	a facilitator · a facilitator who is a member
var policy = map[string]row{
	"showMe":      {want: "401 200 200 200 200 200 200 200"},
	"changeMe":    {want: "401 200 200 200 200 200 200 200", body: `{"zone":"Europe/Amsterdam"}`},
	"listTokens":  {want: "401 200 200 200 200 200 200 200"},
	"issueToken":  {want: "401 201 201 201 201 201 201 201", body: `{"name":"x","scopes":["me"]}`},
	"revokeToken": {want: "401 - - - 204 - - -"},

	"listProgrammes":    {want: "401 200 200 200 200 200 200 200"},
	"openProgramme":     {want: "401 201 403 403 403 403 201 201", body: `{"name":"x","purpose":"y"}`},
	"showProgramme":     {want: "200 200 200 200 200 200 200 200"},
	"changeProgramme":   {want: "401 - - - - - 200 200", body: `{"name":"x"}`},
	"listFacilitators":  {want: "401 - - - - - 200 200"},
	"addFacilitator":    {want: "401 - - - - - 201 201", body: `{"name":"x","email":"x@example.org"}`},
	"removeFacilitator": {want: "401 - - - - - 204 204"},

	"apply":               {want: "202 202 202 202 202 202 202 202", body: `{"name":"x","email":"x@example.org","letter_language":"nl","speaks":["nl"],"zone":"Europe/Brussels","availability":[{"weekday":"tue","from":"08:00","until":"18:00"}]}`},
	"listApplications":    {want: "401 - - - - - 200 200"},
	"showApplication":     {want: "401 - - 200 - - 200 200"},
	"changeApplication":   {want: "401 - - 200 - - 200 200", body: `{"team":"x"}`},
	"withdrawApplication": {want: "401 - - 204 - - 204 204"},

	"listOpenCircles": {want: "200 200 200 200 200 200 200 200"},
	"listCircles":     {want: "401 200 200 200 200 200 200 200"},
	"openCircle":      {want: "401 422 422 422 422 422 201 201", body: `{"programme_id":":programme_id","name":"x"}`},
	"showCircle":      {want: "401 - - - 200 200 200 200"},
	"changeCircle":    {want: "401 - - - 200 200 200 200", body: `{"name":"x"}`},
	"listMotions":     {want: "401 - - - 200 200 200 200"},
	"objectToMotion":  {want: "401 - - - 200 200 403 200", before: proposed},
	"writeToCircle":   {want: "401 - - - 202 202 403 202", body: `{"text":"x"}`},
	"listJournal":     {want: "401 - - - 200 200 200 200"},

	"listMembers":  {want: "401 - - - 200 200 200 200"},
	"inviteMember": {want: "401 - - - 201 201 201 201", body: `{"name":"x","email":"x@example.org"}`},
	"showMember":   {want: "401 - - - 200 200 200 200"},
	"changeMember": {want: "401 - - - 200 403 403 403", body: `{"hosts":false}`},
	"withdrawSeat": {want: "401 - - 403 403 403 204 204", before: asked},
	"acceptSeat":   {want: "401 - - 200 403 403 403 403", before: asked},
	"declineSeat":  {want: "401 - - 200 200 200 200 200", before: asked},
	"leaveCircle":  {want: "401 - - - 200 403 403 403"},
	"askSeat":      {want: "401 403 403 201 403 403 403 403"},

	"previewRun":     {want: "401 - - - 200 200 200 200"},
	"beginCircle":    {want: "401 - - - 403 403 200 200", before: forming, body: `{"insist":true}`},
	"pauseCircle":    {want: "401 - - - 200 200 200 200", body: `{"returns_on":"+30d"}`},
	"resumeCircle":   {want: "401 - - - 200 200 200 200", before: paused},
	"completeCircle": {want: "401 - - - 200 200 403 200"},
	"endCircle":      {want: "401 - - - 200 200 403 200", body: `{"reason":"other"}`},

	"listSessions":  {want: "401 - - - 200 200 200 200"},
	"showSession":   {want: "401 - - - 200 200 200 200"},
	"changeSession": {want: "401 - - - 200 200 403 200", body: `{"host_id":":member_id"}`},
	"moveSession":   {want: "401 - - - 200 200 200 200", body: `{"date":"+10d","time":"12:30"}`},
	"skipSession":   {want: "401 - - - 200 200 200 200"},
	"cancelSession": {want: "401 - - - 200 200 200 200"},
	"answerSession": {want: "401 - - - 200 200 403 200", body: `{"answer":"no"}`},
	"recordOutcome": {want: "401 - - - 409 409 403 409", body: `{"outcome":"held"}`},
	"changeSlot":    {want: "401 - - - 200 200 200 200", body: `{"weekday":"wed","time":"12:00"}`},
	"listBreaks":    {want: "401 - - - 200 200 200 200"},
	"addBreak":      {want: "401 - - - 200 200 200 200", body: `{"from_on":"+30d","until_on":"+40d"}`},
	"setGuideWeek":  {want: "401 - - - 200 200 403 200", body: `{"week":1}`},
	"listAbsences":  {want: "401 - - - 200 200 403 200"},
	"setAbsences":   {want: "401 - - - 200 200 403 200", body: `{"items":[]}`},
	"listSlots":     {want: "401 - - - 200 200 200 200"},

	"showProgrammeHealth": {want: "401 - - - - - 200 200"},
	"showCircleHealth":    {want: "401 - - - 200 200 200 200"},
	"sayFine":             {want: "401 - - - 200 200 403 200", before: faltering},
	"acknowledgeFlag":     {want: "401 - - - 403 403 200 200", before: faltering},
	"snoozeFlag":          {want: "401 - - - 403 403 200 200", before: faltering, body: `{"until_on":"+10d"}`},
	"dismissFlag":         {want: "401 - - - 403 403 200 200", before: faltering},

	"listLetters": {want: "401 - - - - - 200 200"},

	"showLink":  {want: "200 200 200 200 200 200 200 200"}, // who presses is said by the link
	"pressLink": {want: "200 200 200 200 200 200 200 200", body: `{"choice":"yes"}`},

	"listGuideSets":  {want: "200 200 200 200 200 200 200 200"},
	"listGuideWeeks": {want: "200 200 200 200 200 200 200 200"},
	"showGuideWeek":  {want: "200 200 200 200 200 200 200 200"},
}

var errBack = errors.New("taken back")

func TestWhoMayDoWhatOnEveryRoute(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		tokens := map[string]string{}
		for _, who := range whom[1:] {
			tokens[who] = w.token(c.actors[who].PersonID)
		}
		of, err := w.tokens.Authenticate(t.Context(), tokens[member])
		must(t, err)
		c.tokenID = of.TokenID
		for i := range operations {
			o := &operations[i]
			t.Run(o.ID, func(t *testing.T) {
				r, has := policy[o.ID]
				if !has {
					t.Errorf("no row for %s %s", o.Method, o.Path)
				}
				var got []string
				for _, who := range whom {
					got = append(got, c.try(t, tokens[who], o.Method, o.Path, r))
				}
				if said := strings.Join(got, " "); said != r.want {
					t.Errorf("got  %q\nwant %q", said, r.want)
				}
			})
		}
		if loud := w.log.aboveInfo(); len(loud) > 0 {
			t.Errorf("above info: %s", loud)
		}
	})
}

// try asks and takes back whatever it did, so that the next one finds the same circle.
func (shared *cast) try(t *testing.T, token, method, path string, r row) string {
	t.Helper()
	said := ""
	c := *shared
	err := c.db.Write(t.Context(), func(tx database.Tx) error {
		ctx := database.Within(t.Context(), tx)
		if r.before != nil {
			r.before(&c, ctx)
		}
		sent := request{method: method, path: c.fill(path), token: token, headers: map[string]string{}}
		if r.body != "" {
			sent.body = c.fill(r.body)
		}
		if wantsMatch(method, path) {
			sent.headers["If-Match"] = "*"
		}
		rec := c.sendOn(ctx, sent)
		said = fmt.Sprint(rec.Code)
		if rec.Code == 404 {
			said = "-"
		}
		if rec.Code == 422 || rec.Code >= 500 || rec.Code == 400 || rec.Code == 409 {
			t.Logf("%s %s: %s", method, path, rec.Body)
		}
		return errBack
	})
	if !errors.Is(err, errBack) {
		t.Fatal(err)
	}
	return said
}

// fill puts the ids of the cast into a path.
func (c *cast) fill(text string) string {
	day := func(n int) string { return wall.DateOf(c.clock.Now(), time.UTC).AddDays(n).String() }
	return strings.NewReplacer(
		"+9d", day(9), "+10d", day(10), "+30d", day(30), "+40d", day(40), ":token_id", c.tokenID,
		":programme_id", c.programme.ID, ":circle_id", c.circle.ID, ":member_id", c.seatID,
		":person_id", c.actors[facilitatorMember].PersonID, ":application_id", c.application.ID,
		":session_id", c.hostSession.ID, ":motion_id", c.motion.ID, ":flag_id", c.flagID, ":token", c.link, ":guide_set", "wol", ":week", "1",
	).Replace(text)
}

// wantsMatch says whether the operation takes an If-Match.
func wantsMatch(method, path string) bool {
	i := slices.IndexFunc(operations, func(o contractOperation) bool { return o.Method == method && o.Path == path })
	return slices.ContainsFunc(operations[i].Parameters, func(p contract.Parameter) bool { return p.Name == "If-Match" })
}

func TestEveryRowIsOfAnOperation(t *testing.T) {
	for id := range policy {
		if !slices.ContainsFunc(operations, func(o contractOperation) bool { return o.ID == id }) {
			t.Errorf("%s is no operation", id)
		}
	}
}
