package main

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kring/circles"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/outbox"
	"kring/internal/signin"
	"kring/internal/testkit"
	"kring/scheduling"
	"kring/scheduling/busy"
	"kring/scheduling/health"
)

// marks are those of all rooms, by "table.column".
func marks() map[string]identity.Mark {
	all := map[string]identity.Mark{}
	for _, room := range []map[string]identity.Mark{
		identity.Marks(), limit.Marks(), signin.Marks(), circles.Marks(), scheduling.Marks(), busy.Marks(), health.Marks(), outbox.Marks(),
	} {
		maps.Copy(all, room)
	}
	return all
}

// sharedTables hold what is personal or secret and of nobody in particular, with the reason.
var sharedTables = map[string]string{
	"circles":       "place, links and the text of an end are the circle's together and name nobody",
	"oidc_attempts": "nobody is known before an attempt is over",
	"salts":         "the database's",
}

// enums are personal columns that hold one of a few words or small numbers, which cannot be told from those of others.
var enums = []string{
	"people.letter_language", "applications.letter_language", "answers.answer", "people.quiet_from", "people.quiet_until", "people.working_days", "told.was_state",
	"answers.starts_at",
}

// repeats is what the other columns of its row say once more, in the words of the library that keeps sign-ins.
const repeats = "sign_ins.data"

// address is left as it is: it is nobody else's, and letters go there.
const address = "people.email"

// planted is a value that stands in a column of somebody's row and nowhere else.
type planted struct {
	column string // "table.column"
	mark   identity.Mark
	text   string // as the export and a dump write it
}

// grower makes values of which no two are alike.
type grower struct {
	n     int
	zones []string
}

func newGrower() *grower {
	return &grower{zones: []string{ // real ones, where none of the stories live
		"Africa/Abidjan", "Africa/Maputo", "America/Adak", "America/Belem", "America/Cayenne", "Antarctica/Troll", "Asia/Baku",
		"Asia/Thimphu", "Atlantic/Azores", "Indian/Chagos", "Pacific/Apia", "Pacific/Niue",
	}}
}

// value is one for a column, as the database takes it and as it is written elsewhere; nil when the column's values
// cannot be told apart.
func (g *grower) value(table string, c testkit.Column) (stored any, text string) {
	g.n++
	name := table + "." + c.Name
	switch {
	case slices.Contains(enums, name), c.Class == "boolean", strings.HasSuffix(c.Name, "_id"), name == address, name == repeats:
		return nil, ""
	case c.Class == "instant":
		at := time.Date(2190, 3, 1, 12, 0, 0, g.n*1000, time.UTC)
		return at, at.Format(time.RFC3339Nano)
	case c.Class == "integer":
		return 73000 + g.n, fmt.Sprint(73000 + g.n)
	case strings.HasSuffix(c.Name, "_on"):
		on := time.Date(2150, 1, g.n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		return on, on
	case c.Name == "zone":
		zone := g.zones[0]
		g.zones = g.zones[1:]
		return zone, zone
	case c.Name == "speaks":
		list := fmt.Sprintf(`["q%c%c"]`, 'a'+g.n/26%26, 'a'+g.n%26)
		return list, list
	case c.Name == "availability":
		minute := 15 * (g.n % 90)
		list := fmt.Sprintf(`[{"weekday":"sun","from":"%02d:%02d","until":"%02d:%02d"}]`, minute/60, minute%60, (minute+15)/60, (minute+15)%60)
		return list, list
	}
	text = fmt.Sprintf("planted %d in %s", g.n, name)
	return text, text
}

// whose says which rows of a table are somebody's: a condition with one argument, the person's id.
func whose(table testkit.Table) (condition string, known bool) {
	has := func(name string) bool {
		return slices.ContainsFunc(table.Columns, func(c testkit.Column) bool { return c.Name == name })
	}
	switch {
	case table.Name == "people":
		return "id = ?", true
	case has("person_id"):
		return "person_id = ?", true
	case has("member_id"):
		return "member_id in (select id from members where person_id = ?)", true
	}
	return "", false
}

// personalTables are those with a column of somebody's data.
func personalTables(t *testing.T, db *database.DB) (tables []testkit.Table) {
	t.Helper()
	all := marks()
	for _, table := range testkit.ReadSchema(t, db) {
		personal := slices.ContainsFunc(table.Columns, func(c testkit.Column) bool {
			m := all[table.Name+"."+c.Name]
			return m == identity.Personal || m == identity.Secret
		})
		_, known := whose(table)
		switch _, shared := sharedTables[table.Name]; {
		case personal && known:
			tables = append(tables, table)
		case personal && !shared:
			t.Errorf("%s has personal columns, and nobody can say whose its rows are", table.Name)
		}
	}
	return tables
}

// plant gives every personal column of every row of somebody a value that is nowhere else, and with whole a row to each
// table that has none of hers. It answers those values, with the secrets that her rows hold.
func (l *life) plant(g *grower, personID string, whole bool) (all []planted) {
	l.Helper()
	tables := personalTables(l.T, l.service.db)
	err := l.service.db.Write(l.Context(), func(tx database.Tx) error {
		all = nil
		for _, table := range tables {
			if whole {
				if err := makeRow(tx, table, personID); err != nil {
					return fmt.Errorf("a row in %s: %w", table.Name, err)
				}
			}
			found, err := g.plantTable(tx, table, personID)
			if err != nil {
				return fmt.Errorf("plant in %s: %w", table.Name, err)
			}
			all = append(all, found...)
		}
		return nil
	})
	if err != nil {
		l.Fatal(err)
	}
	return all
}

// makeRow gives a table that has no row of somebody one, of made-up values.
func makeRow(tx database.Tx, table testkit.Table, personID string) error {
	condition, _ := whose(table)
	var n int64
	if err := tx.Gorm().Table(table.Name).Where(condition, personID).Count(&n).Error; err != nil || n > 0 {
		return err
	}
	row := map[string]any{}
	for _, c := range table.Columns {
		switch {
		case c.Name == "person_id":
			row[c.Name] = personID
		case !c.NotNull:
			row[c.Name] = nil
		case c.Class == "instant":
			row[c.Name] = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
		case c.Class == "integer":
			row[c.Name] = 0
		case c.Class == "boolean":
			row[c.Name] = false
		default:
			row[c.Name] = database.NewID() // passes for a secret as well
		}
	}
	for _, r := range table.References {
		if row[r.Column] == nil || r.Column == "person_id" {
			continue
		}
		var parents []string
		of := tx.Gorm().Table(r.Table)
		if r.Table == "members" {
			of = of.Where("person_id = ?", personID)
		}
		if err := of.Limit(1).Pluck(r.Parent, &parents).Error; err != nil || len(parents) == 0 {
			return fmt.Errorf("nothing in %s to point at: %w", r.Table, err)
		}
		row[r.Column] = parents[0]
	}
	return tx.Gorm().Table(table.Name).Create(row).Error
}

func (g *grower) plantTable(tx database.Tx, table testkit.Table, personID string) (all []planted, err error) {
	condition, _ := whose(table)
	var rows []map[string]any
	if err := tx.Gorm().Table(table.Name).Where(condition, personID).Find(&rows).Error; err != nil {
		return nil, err
	}
	for _, row := range rows {
		key := tx.Gorm().Table(table.Name)
		for _, column := range table.Key {
			key = key.Where(column+" = ?", row[column])
		}
		fresh := map[string]any{}
		for _, c := range table.Columns {
			p := planted{column: table.Name + "." + c.Name, mark: marks()[table.Name+"."+c.Name]}
			switch p.mark {
			case identity.Secret: // as it is: what it opens is to be tried
				p.text = asText(row[c.Name])
			case identity.Personal:
				var stored any
				if stored, p.text = g.value(table.Name, c); stored != nil {
					fresh[c.Name] = stored
				} else if p.column == address {
					p.text = asText(row[c.Name])
				}
			}
			if p.text != "" {
				all = append(all, p)
			}
		}
		if len(fresh) > 0 {
			if err := key.Updates(fresh).Error; err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// asText is a value of a column as a dump and the export write it.
func asText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case []byte:
		return string(v)
	}
	return fmt.Sprint(value)
}

// dump is everything that the database holds: a line for each column of each row.
func (l *life) dump() string {
	l.Helper()
	var out strings.Builder
	schema := testkit.ReadSchema(l.T, l.service.db)
	err := l.service.db.Snapshot(l.Context(), func(tx database.Tx) error {
		for _, table := range schema {
			var rows []map[string]any
			if err := tx.Gorm().Table(table.Name).Find(&rows).Error; err != nil {
				return err
			}
			for _, row := range rows {
				for _, name := range slices.Sorted(maps.Keys(row)) {
					fmt.Fprintf(&out, "%s.%s %s\n", table.Name, name, asText(row[name]))
				}
			}
		}
		return nil
	})
	if err != nil {
		l.Fatal(err)
	}
	return out.String()
}

// standing are the lines of a dump in which a text stands; a number stands by itself, and not within an id that happens
// to have its digits.
func standing(dump, text string) (found []string) {
	stands := func(line string) bool { return strings.Contains(line, text) }
	if _, err := strconv.Atoi(text); err == nil {
		stands = regexp.MustCompile(`\b` + text + `\b`).MatchString
	}
	for line := range strings.Lines(dump) {
		if stands(line) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

// The people of a small life.
var (
	anke = soul{"Anke Vandersmissen", "anke.vandersmissen@example.org", "nl", "Europe/Brussels"}
	bert = soul{"Bert Quaghebeur", "bert.quaghebeur@example.org", "nl", "Europe/Brussels"}
)

// smallLife lets Anke do everything that leaves something of her behind, in a circle with Bert and three others: she
// signed up for another programme as well, facilitates a third and is asked to facilitate a fourth. It ends on the day
// after the first session. It answers her token.
func (s *story) smallLife() (token string) {
	s.Helper()
	s.opens(object{
		"name": "Voorjaar", "purpose": "Samen leren.", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels", "holidays": "be",
		"hour_reminder": true, "signup_open": true,
	}, object{
		"name": "De dinsdagen", "slot": object{"weekday": "tue", "time": "12:30"}, "starts_on": "2018-02-20", "seats": 5, "seats_open": true,
		"venue": "Zaal van de kring", "video_link": "https://video.example.org/kring",
	}, anke, bert,
		soul{"Cleo Ummels", "cleo.ummels@example.org", "en", "Europe/London"},
		soul{"Dirk Ottevaere", "dirk.ottevaere@example.org", "nl", "Europe/Brussels"},
		soul{"Eva Janssen", "eva.janssen@example.org", "nl", "Europe/Brussels"},
	)
	s.join()
	s.begin()
	s.signUpElsewhere(anke, bert)
	s.members()
	s.until("2018-02-21T09:00:00Z")
	s.facilitates()
	for _, one := range s.cast {
		s.letters(one.email) // looked at
	}
	actor := identity.Actor{PersonID: s.person(anke.email).ID, Scopes: identity.Scopes()}
	token, _, err := s.service.tokens.Issue(s.Context(), actor, identity.TokenDraft{Name: "Mijn overzicht", Scopes: []string{"me"}, Days: 30})
	if err != nil {
		s.Fatal(err)
	}
	return token
}

// signUpElsewhere lets people wait for a circle of another programme.
func (s *story) signUpElsewhere(who ...soul) {
	s.Helper()
	other := s.post(owner, "/api/v1/programmes", object{
		"name": "Zomer", "purpose": "Samen leren.", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels", "signup_open": true,
	}).text("id")
	for _, one := range who {
		draft := applies(one, "", "mon", "09:00", "12:00")
		draft["team"], draft["department"], draft["location"], draft["experience"] = "Team", "Afdeling", "Gent", "Een keer"
		s.post(nobody, "/api/v1/programmes/"+other+"/applications", draft)
		mails := s.letters(one.email)
		s.press(mails[len(mails)-1].only(), nil)
	}
}

// facilitates makes Anke the one facilitator of a programme, and asks her to facilitate another.
func (s *story) facilitates() {
	s.Helper()
	for i, name := range []string{"Herfst", "Winter"} {
		id := s.post(owner, "/api/v1/programmes", object{
			"name": name, "purpose": "Samen leren.", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels",
		}).text("id")
		path := "/api/v1/programmes/" + id + "/facilitators"
		s.post(owner, path, object{"name": anke.name, "email": anke.email})
		if i > 0 {
			continue
		}
		person := s.person(anke.email)
		actor := identity.Actor{PersonID: person.ID, Scopes: identity.Scopes()}
		if _, err := s.service.circles.AcceptFacilitation(s.Context(), actor, id); err != nil {
			s.Fatal(err)
		}
		s.must(owner, http.MethodDelete, path+"/"+s.person(owner).ID, nil)
	}
}

// members lets Anke and Bert say when they come, write to the circle, and propose to end it.
func (s *story) members() {
	s.Helper()
	first, second := s.session("2018-02-20").text("id"), s.session("2018-02-27").text("id")
	for _, who := range []struct{ email, first, second string }{{anke.email, "no", "unsure"}, {bert.email, "yes", "no"}} {
		s.must(who.email, http.MethodPut, "/api/v1/sessions/"+first+"/rsvp", object{"answer": who.first})
		s.must(who.email, http.MethodPut, "/api/v1/sessions/"+second+"/rsvp", object{"answer": who.second})
		s.must(who.email, http.MethodPut, s.circle+"/absences", object{"items": []object{{"from_on": "2018-04-02", "until_on": "2018-04-05"}}})
		s.post(who.email, s.circle+"/messages", object{"text": "Tot dinsdag, zegt " + who.email[:4] + "!"})
	}
	s.post(anke.email, s.circle+"/end", object{"reason": "no_time", "text": "Ik heb het te druk."})
	motion := s.get(bert.email, s.circle+"/motions").items()[0].text("id")
	s.post(bert.email, "/api/v1/motions/"+motion+"/object", object{})
}
