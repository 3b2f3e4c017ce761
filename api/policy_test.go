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
var whom = []string{
	nobody, stranger, otherMember, applicant, member, host, facilitator, facilitatorMember, owner, partner, invited,
}

// row is what an operation answers to each of whom, and what it is asked with. Ids in the path are those of the cast,
// seats are the member's own.
type row struct {
	want   string // status, or - for what is not theirs to see (404)
	cookie string // what the facilitator's browser is answered, where it is more than a token of hers
	body   string
	before func(*cast, context.Context) // what has to be there first
}

// policy has a row for each operation of the contract; one without fails.
//
//	nobody · another programme's facilitator · a member of another circle · an applicant · a member · the host ·
//	a facilitator · a facilitator who is a member · the owner · a partner · somebody invited to facilitate
var policy = map[string]row{
	"askSignIn":     {want: "202 202 202 202 202 202 202 202 202 202 202", body: `{"email":"x@example.org"}`},
	"confirmSignIn": {want: "200 200 200 200 200 200 200 200 200 200 200", body: `{"token":":proof"}`},
	"signOut":       {want: "204 204 204 204 204 204 204 204 204 204 204"},
	"listSignIns":   {want: "401 200 200 200 200 200 200 200 200 200 200"},
	"endSignIn":     {want: "401 - - - 204 - - - - - -"},

	"exportMe":      {want: "401 200 200 200 200 200 200 200 200 200 200"},
	"eraseMe":       {want: "401 403 403 403 403 403 403 403 403 403 403", body: `{"email":"fred@example.org"}`, cookie: "204"},
	"changeAddress": {want: "401 403 403 403 403 403 403 403 403 403 403", body: `{"email":"new@example.org"}`, cookie: "202"},
	"listMyJournal": {want: "401 200 200 200 200 200 200 200 200 200 200"},

	"showMe":      {want: "401 200 200 200 200 200 200 200 200 200 200"},
	"changeMe":    {want: "401 200 200 200 200 200 200 200 200 200 200", body: `{"zone":"Europe/Amsterdam"}`},
	"listTokens":  {want: "401 200 200 200 200 200 200 200 200 200 200"},
	"issueToken":  {want: "401 201 201 201 201 201 201 201 201 201 201", body: `{"name":"x","scopes":["tokens:write"]}`},
	"revokeToken": {want: "401 - - - 204 - - - - - -"},

	"listProgrammes":       {want: "401 200 200 200 200 200 200 200 200 200 200"},
	"openProgramme":        {want: "401 201 403 403 403 403 201 201 201 201 403", body: `{"name":"x","purpose":"y"}`},
	"showProgramme":        {want: "200 200 200 200 200 200 200 200 200 200 200"},
	"changeProgramme":      {want: "401 - - - - - 200 200 200 - -", body: `{"name":"x"}`},
	"listFacilitators":     {want: "401 - - - - - 200 200 200 - -"},
	"addFacilitator":       {want: "401 - - - - - 201 201 201 - -", body: `{"name":"x","email":"x@example.org"}`},
	"acceptFacilitation":   {want: "401 - - - - - 403 403 403 - 200", before: asking},
	"listProgrammeJournal": {want: "401 - - - - - 200 200 200 - -"},
	"exportApplications":   {want: "401 - - - - - 200 200 200 - -"},
	"removeFacilitator":    {want: "401 - - - - - 204 204 204 - -"},

	"apply":               {want: "202 202 202 202 202 202 202 202 202 202 202", body: `{"name":"x","email":"x@example.org","letter_language":"nl","speaks":["nl"],"zone":"Europe/Brussels","availability":[{"weekday":"tue","from":"08:00","until":"18:00"}]}`},
	"listApplications":    {want: "401 - - - - - 200 200 200 - -"},
	"showApplication":     {want: "401 - - 200 - - 200 200 200 - -"},
	"changeApplication":   {want: "401 - - 200 - - 200 200 200 - -", body: `{"team":"x"}`},
	"withdrawApplication": {want: "401 - - 204 - - 204 204 204 - -"},

	"listOpenCircles": {want: "200 200 200 200 200 200 200 200 200 200 200"},
	"listCircles":     {want: "401 200 200 200 200 200 200 200 200 200 200"},
	"openCircle":      {want: "401 422 422 422 422 422 201 201 201 422 422", body: `{"programme_id":":programme_id","name":"x"}`},
	"showCircle":      {want: "401 - - - 200 200 200 200 200 200 -"},
	"changeCircle":    {want: "401 - - - 200 200 200 200 200 403 -", body: `{"name":"x"}`},
	"listMotions":     {want: "401 - - - 200 200 200 200 200 403 -"},
	"objectToMotion":  {want: "401 - - - 200 200 403 200 403 403 -", before: proposed},
	"writeToCircle":   {want: "401 - - - 202 202 403 202 403 403 -", body: `{"text":"x"}`},
	"listJournal":     {want: "401 - - - 200 200 200 200 200 200 -"},

	"listMembers":  {want: "401 - - - 200 200 200 200 200 200 -"},
	"inviteMember": {want: "401 - - - 201 201 201 201 201 403 -", body: `{"name":"x","email":"x@example.org"}`},
	"showMember":   {want: "401 - - - 200 200 200 200 200 200 -"},
	"changeMember": {want: "401 - - - 200 403 403 403 403 403 -", body: `{"hosts":false}`},
	"withdrawSeat": {want: "401 - - 403 403 403 204 204 204 403 -", before: asked},
	"acceptSeat":   {want: "401 - - 200 403 403 403 403 403 403 -", before: asked},
	"declineSeat":  {want: "401 - - 200 200 200 200 200 200 403 -", before: asked},
	"leaveCircle":  {want: "401 - - - 200 403 403 403 403 403 -"},
	"askSeat":      {want: "401 403 403 201 403 403 403 403 403 403 403"},

	"previewRun":     {want: "401 - - - 200 200 200 200 200 200 -"},
	"beginCircle":    {want: "401 - - - 403 403 200 200 200 - -", before: forming, body: `{"insist":true}`},
	"pauseCircle":    {want: "401 - - - 200 200 200 200 200 403 -", body: `{"returns_on":"+30d"}`},
	"resumeCircle":   {want: "401 - - - 200 200 200 200 200 403 -", before: paused},
	"completeCircle": {want: "401 - - - 200 200 403 200 403 403 -"},
	"endCircle":      {want: "401 - - - 200 200 403 200 403 403 -", body: `{"reason":"other"}`},

	"listSessions":  {want: "401 - - - 200 200 200 200 200 200 -"},
	"showSession":   {want: "401 - - - 200 200 200 200 200 200 -"},
	"changeSession": {want: "401 - - - 200 200 403 200 403 403 -", body: `{"host_id":":member_id"}`},
	"moveSession":   {want: "401 - - - 200 200 200 200 200 403 -", body: `{"date":"+10d","time":"12:30"}`},
	"skipSession":   {want: "401 - - - 200 200 200 200 200 403 -"},
	"cancelSession": {want: "401 - - - 200 200 200 200 200 403 -"},
	"answerSession": {want: "401 - - - 200 200 403 200 403 403 -", body: `{"answer":"no"}`},
	"recordOutcome": {want: "401 - - - 409 409 403 409 403 403 -", body: `{"outcome":"held"}`},
	"changeSlot":    {want: "401 - - - 200 200 200 200 200 403 -", body: `{"weekday":"wed","time":"12:00"}`},
	"listBreaks":    {want: "401 - - - 200 200 200 200 200 200 -"},
	"addBreak":      {want: "401 - - - 200 200 200 200 200 403 -", body: `{"from_on":"+30d","until_on":"+40d"}`},
	"setGuideWeek":  {want: "401 - - - 200 200 403 200 403 403 -", body: `{"week":1}`},
	"listAbsences":  {want: "401 - - - 200 200 403 200 403 403 -"},
	"setAbsences":   {want: "401 - - - 200 200 403 200 403 403 -", body: `{"items":[]}`},
	"listSlots":     {want: "401 - - - 200 200 200 200 200 403 -"},
	"listStarts":    {want: "401 - - - 200 200 200 200 200 - -", before: forming},

	"previewReplan": {want: "401 - - - 201 201 201 201 201 403 -", body: `{"kind":"move","session_id":":session_id","date":"+10d"}`},
	"listReplans":   {want: "401 - - - 200 200 200 200 200 403 -"},
	"showReplan":    {want: "401 - - - 200 200 200 200 200 403 -", before: replanned},
	"commitReplan":  {want: "401 - - - 200 200 200 200 200 403 -", before: previewed},
	"undoReplan":    {want: "401 - - - 201 201 201 201 201 403 -", before: replanned},

	"listDateProposals": {want: "401 - - - 200 200 200 200 200 200 -"},
	"showDateProposal":  {want: "401 - - - 200 200 200 200 200 200 -", before: voting},
	"proposeDate":       {want: "401 - - - 201 201 403 201 403 403 -"},
	"voteOnDates":       {want: "401 - - - 200 200 403 200 403 403 -", before: voting, body: `{"votes":[{"option_id":":option_id","suits":true}]}`},
	"closeDateProposal": {want: "401 - - - 403 200 403 403 403 403 -", before: voting, body: `{}`},

	"showFeed":           {want: "401 200 200 200 200 200 200 200 200 200 200"},
	"renewFeed":          {want: "401 200 200 200 200 200 200 200 200 200 200"},
	"showCircleFeed":     {want: "401 - - - 200 200 403 200 403 403 -"},
	"renewCircleFeed":    {want: "401 - - - 200 200 403 200 403 403 -"},
	"showBusyCalendar":   {want: "401 200 200 200 200 200 200 200 200 200 200", before: subscribed},
	"nameBusyCalendar":   {want: "401 200 200 200 200 200 200 200 200 200 200", body: `{"address":"webcal://calendar.example.org/els.ics"}`},
	"forgetBusyCalendar": {want: "401 204 204 204 204 204 204 204 204 204 204", before: subscribed},

	"showProgrammeHealth": {want: "401 - - - - - 200 200 200 - -"},
	"showCircleHealth":    {want: "401 - - - 200 200 200 200 200 200 -"},
	"sayFine":             {want: "401 - - - 200 200 403 200 403 403 -", before: faltering},
	"acknowledgeFlag":     {want: "401 - - - 403 403 200 200 200 403 -", before: faltering},
	"snoozeFlag":          {want: "401 - - - 403 403 200 200 200 403 -", before: faltering, body: `{"until_on":"+10d"}`},
	"dismissFlag":         {want: "401 - - - 403 403 200 200 200 403 -", before: faltering},

	"listLetters": {want: "401 - - - - - 200 200 200 - -"},

	"showLink":  {want: "200 200 200 200 200 200 200 200 200 200 200"}, // who presses is said by the link
	"pressLink": {want: "200 200 200 200 200 200 200 200 200 200 200", body: `{"choice":"yes"}`},

	"listGuideSets":  {want: "200 200 200 200 200 200 200 200 200 200 200"},
	"listGuideWeeks": {want: "200 200 200 200 200 200 200 200 200 200 200"},
	"showGuideWeek":  {want: "200 200 200 200 200 200 200 200 200 200 200"},
}

var errBack = errors.New("taken back")

func TestWhoMayDoWhatOnEveryRoute(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		ways, others := c.credentials(), c.allWays()
		for i := range operations {
			o := &operations[i]
			t.Run(o.ID, func(t *testing.T) {
				r, has := policy[o.ID]
				if !has {
					t.Errorf("no row for %s %s", o.Method, o.Path)
				}
				var got []string
				said := map[string]string{}
				for _, who := range whom {
					said[who] = c.try(t, ways[who], o, r)
					got = append(got, said[who])
				}
				if said := strings.Join(got, " "); said != r.want {
					t.Errorf("got  %q\nwant %q", said, r.want)
				}
				for _, d := range others {
					if got, want := c.try(t, d.by(o), o, r), d.want(o, r, said); got != want {
						t.Errorf("%s: got %s, want %s", d.name, got, want)
					}
				}
			})
		}
		if loud := w.log.aboveInfo(); len(loud) > 0 {
			t.Errorf("above info: %s", loud)
		}
	})
}

// try asks and takes back whatever it did, so that the next one finds the same circle.
func (shared *cast) try(t *testing.T, by credential, o *contractOperation, r row) string {
	t.Helper()
	said := ""
	shared.undone(t, func(ctx context.Context, c *cast) {
		rec := c.sendOn(ctx, c.asking(ctx, by, o, r))
		said = fmt.Sprint(rec.Code)
		if rec.Code == 404 {
			said = "-"
		}
		if rec.Code == 422 || rec.Code >= 500 || rec.Code == 400 || rec.Code == 409 {
			t.Logf("%s %s: %s", o.Method, o.Path, rec.Body)
		}
	})
	return said
}

// undone lets something happen and takes it back.
func (shared *cast) undone(t *testing.T, fn func(context.Context, *cast)) {
	t.Helper()
	c := *shared
	err := c.db.Write(t.Context(), func(tx database.Tx) error {
		fn(database.Within(t.Context(), tx), &c)
		return errBack
	})
	if !errors.Is(err, errBack) {
		t.Fatal(err)
	}
}

// asking is the request of a row, once what has to be there is there.
func (c *cast) asking(ctx context.Context, by credential, o *contractOperation, r row) request {
	if r.before != nil {
		r.before(c, ctx)
	}
	sent := request{method: o.Method, path: c.fill(o.Path), headers: map[string]string{}}
	if r.body != "" {
		sent.body = c.fill(r.body)
	}
	if wantsMatch(o.Method, o.Path) {
		sent.headers["If-Match"] = "*"
	}
	by(&sent)
	return sent
}

// fill puts the ids of the cast into a path.
func (c *cast) fill(text string) string {
	day := func(n int) string { return wall.DateOf(c.clock.Now(), time.UTC).AddDays(n).String() }
	return strings.NewReplacer(
		"+9d", day(9), "+10d", day(10), "+30d", day(30), "+40d", day(40), ":token_id", c.tokenID,
		":programme_id", c.programme.ID, ":circle_id", c.circle.ID, ":member_id", c.seatID,
		":person_id", c.personID, ":sign_in_id", c.signInID, ":proof", c.proof, ":application_id", c.application.ID,
		":replan_id", c.replanID, ":proposal_id", c.proposalID, ":option_id", c.optionID,
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
