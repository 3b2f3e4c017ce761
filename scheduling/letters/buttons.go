package letters

import (
	"context"
	"slices"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/signin"
	"kring/internal/text"
	"kring/internal/wall"

	"kring/circles"
	"kring/guides"
	"kring/scheduling"
	"kring/scheduling/health"
)

// Buttons is what the links in letters mean: a page that changes nothing, and a press that does what a person could do
// by the API. It may be used from several goroutines.
type Buttons struct {
	db       *database.DB
	clock    *clock.Clock
	circles  *circles.Registry
	calendar *scheduling.Calendar
	watch    *health.Watch
	guides   *guides.Library
	texts    *text.Catalog
	links    *identity.Links
	tokens   *identity.Tokens
	signIn   *signin.SignIn
	public   string
	purposes map[string]button
}

// ButtonsOptions is what Buttons is made of.
type ButtonsOptions struct {
	DB        *database.DB
	Clock     *clock.Clock
	Circles   *circles.Registry
	Calendar  *scheduling.Calendar
	Watch     *health.Watch
	Guides    *guides.Library
	Texts     *text.Catalog
	Links     *identity.Links
	Tokens    *identity.Tokens
	SignIn    *signin.SignIn // nil: links about a change of address are unknown
	PublicURL string         // guides are below it
}

// NewButtons makes Buttons.
func NewButtons(o ButtonsOptions) *Buttons {
	b := &Buttons{
		db: o.DB, clock: o.Clock, circles: o.Circles, calendar: o.Calendar, watch: o.Watch, guides: o.Guides, texts: o.Texts,
		links: o.Links, tokens: o.Tokens, signIn: o.SignIn, public: o.PublicURL, purposes: buttons(),
	}
	if b.signIn == nil {
		for purpose := range addressButtons() {
			delete(b.purposes, purpose)
		}
	}
	return b
}

// Option is one thing that can be pressed.
type Option struct {
	Choice string // sent back as Choice.Value
	Label  string
	// Date asks for a date with it: Choice.ReturnsOn, by default this one. Zero: no date.
	Date wall.Date
}

// Page is what the page behind a link says, in Language.
type Page struct {
	Purpose  string
	Language string
	Title    string
	Text     string // paragraphs, an empty line between them
	Done     bool   // it was pressed already, or there is nothing left to press
	Options  []Option
	Links    []mail.Link // to read: the guides of the weeks to choose from
}

// Choice is what somebody presses. Value is that of an Option; "" is taken for the one choice of a purpose that has a
// single one by nature, such as leaving, never for the one that happens to be left.
type Choice struct {
	Value     string
	Week      *int      // of purpose week: the number, instead of Value
	ReturnsOn wall.Date // of a pause; zero: the date that the page offers
}

// Pressed is what a press did, in Language.
type Pressed struct {
	Purpose   string
	Language  string
	Title     string
	Message   string
	Again     bool   // it was so already: nothing changed
	Token     string // of purpose me: a member token
	ExpiresAt time.Time
}

// button is what one purpose means.
type button struct {
	// look reads how things stand. It changes nothing.
	look func(*press) (standing, error)
	// do does what the option says, and answers the key of the message below "page.<purpose>.".
	do func(*press, Choice) (message string, err error)
	// only is the choice of a purpose that has a single one by nature: a press that names none means it.
	only string
}

// standing is how things stand with what a link is about.
type standing struct {
	text    string // key below "page.<purpose>."
	done    bool   // it was pressed already, or nothing is left to press
	options []Option
	links   []mail.Link
}

func (s standing) offers(choice string) bool {
	return slices.ContainsFunc(s.options, func(o Option) bool { return o.Choice == choice })
}

// offers makes a standing with choices that are labelled "button.<purpose>.<choice>".
func (p *press) offers(textKey string, choices ...string) standing {
	s := standing{text: textKey}
	for _, choice := range choices {
		s.options = append(s.options, Option{Choice: choice, Label: p.say("button." + p.link.Purpose + "." + choice)})
	}
	return s
}

// over is a standing in which nothing is left to do.
func over(textKey string) (standing, error) { return standing{text: textKey, done: true}, nil }

// press is one link that somebody opened.
type press struct {
	*Buttons
	ctx    context.Context //nolint:containedctx // a press lives no longer than the call that brings it
	link   identity.Link
	person identity.Person
	actor  identity.Actor // the person as a member, never as a facilitator
	lang   string
	loc    *time.Location
	now    time.Time
	args   map[string]any // for the page's sentences
	token  string
	until  time.Time
}

// Show answers what a press would do; it changes nothing. lang "" is the language of the person's letters. It answers
// NotFound link-unknown and link-expired, and NotFound not-found when what the link is about is gone.
func (b *Buttons) Show(ctx context.Context, rawToken, lang string) (Page, error) {
	p, of, err := b.open(ctx, rawToken, lang)
	if err != nil {
		return Page{}, err
	}
	s, err := of.look(p)
	if err != nil {
		return Page{}, err
	}
	return p.page(s), nil
}

// Press does what the choice says, as the person whose link it is. Pressing twice changes nothing and says so. It
// answers what Show answers, Invalid for a choice that the page does not offer, and what the use case answers.
func (b *Buttons) Press(ctx context.Context, rawToken, lang string, choice Choice) (Pressed, error) {
	p, of, err := b.open(ctx, rawToken, lang)
	if err != nil {
		return Pressed{}, err
	}
	s, err := of.look(p)
	if err != nil {
		return Pressed{}, err
	}
	if len(s.options) == 0 {
		return p.pressed(p.tell(s.text), true), nil
	}
	if p.wasPressed(s, choice) {
		return p.pressed(p.same(s), true), nil
	}
	if choice.Value == "" && choice.Week == nil {
		choice.Value = of.only
	}
	if err := p.choose(s, &choice); err != nil {
		return Pressed{}, err
	}
	key, err := of.do(p, choice)
	if err != nil {
		return Pressed{}, err
	}
	if key == again {
		return p.pressed(p.say("page.again"), true), nil
	}
	return p.pressed(p.tell(key), false), nil
}

// wasPressed says whether the choice is one of the purpose that the page offers no more, because it is so already.
func (p *press) wasPressed(s standing, choice Choice) bool {
	if s.done && choice.Value == "" && choice.Week == nil {
		return true // a bare press means what the letter's button said, never its contrary
	}
	if p.link.Purpose == LinkVote && choice.Value != "" && !s.offers(choice.Value) && votedAlready(s, choice.Value) {
		return true
	}
	return choice.Value != "" && !s.offers(choice.Value) && p.texts.Has("button."+p.link.Purpose+"."+choice.Value)
}

// same is what the second press is told.
func (p *press) same(s standing) string {
	if s.done {
		return p.tell(s.text)
	}
	return p.say("page.again")
}

// again is the message of a press that changed nothing.
const again = "again"

// Apology is the kind page for a link that leads nowhere: unknown, expired, or about something that is gone. It
// answers false for any other error.
func (b *Buttons) Apology(err error, lang string) (Page, bool) {
	f, is := fault.Of(err)
	if !is || f.Kind != fault.NotFound {
		return Page{}, false
	}
	key := "page.gone.gone"
	if f.Code == "link-unknown" || f.Code == "link-expired" {
		key = "page.gone." + f.Code
	}
	return Page{
		Language: lang, Title: b.texts.Say(lang, "page.gone.title", nil), Text: b.texts.Say(lang, key, nil), Done: true,
	}, true
}

// open verifies a link and reads its person.
func (b *Buttons) open(ctx context.Context, rawToken, lang string) (*press, button, error) {
	p := &press{Buttons: b, ctx: ctx, now: b.clock.Now(), args: map[string]any{}}
	err := b.db.Read(ctx, func(tx database.Tx) (err error) {
		p.link, p.person, err = b.links.OpenIn(tx, p.now, rawToken)
		return err
	})
	if err != nil {
		return nil, button{}, err
	}
	of, known := b.purposes[p.link.Purpose]
	if !known {
		return nil, button{}, fault.New(fault.NotFound, "link-unknown")
	}
	p.actor = identity.Actor{PersonID: p.person.ID, MemberOnly: true}
	if p.lang = lang; !text.Known(lang) {
		p.lang = p.person.LetterLanguage
	}
	p.loc, err = wall.LoadZone(p.person.Zone)
	return p, of, err
}

// choose checks that the page offers the choice, and fills in the date that the page offers with it.
func (p *press) choose(s standing, choice *Choice) error {
	if choice.Week != nil && p.link.Purpose == LinkWeek {
		return nil // the week is checked by the use case, against the guide set
	}
	i := slices.IndexFunc(s.options, func(o Option) bool { return o.Choice == choice.Value })
	if i < 0 {
		var v fault.Violations
		v.Add("/choice", "not-a-choice")
		return v.Err()
	}
	if choice.ReturnsOn.IsZero() {
		choice.ReturnsOn = s.options[i].Date
	}
	return nil
}

func (p *press) page(s standing) Page {
	return Page{
		Purpose: p.link.Purpose, Language: p.lang, Title: p.tell("title"), Text: p.tell(s.text), Done: s.done,
		Options: s.options, Links: s.links,
	}
}

func (p *press) pressed(message string, again bool) Pressed {
	return Pressed{
		Purpose: p.link.Purpose, Language: p.lang, Title: p.tell("title"), Message: message, Again: again,
		Token: p.token, ExpiresAt: p.until,
	}
}

func (p *press) say(key string) string { return p.texts.Say(p.lang, key, p.args) }

// tell is a sentence of the page: "page.<purpose>.<key>".
func (p *press) tell(key string) string { return p.say("page." + p.link.Purpose + "." + key) }

// moment is a date and a time on the person's wall, with the zone named.
func (p *press) moment(at time.Time) string {
	return p.texts.Say(p.lang, "letter.moment", map[string]any{
		"date": wall.LongDate(wall.DateOf(at, p.loc), p.lang), "time": wall.TimeOfDayOf(at, p.loc).String(),
		"zone": wall.ZoneLabel(at, p.loc, p.lang),
	})
}

// circle reads the circle that the page speaks of.
func (p *press) circle(id string) (circles.CircleView, error) {
	c, err := p.circles.Circle(p.ctx, p.actor, id)
	p.args["circle"] = c.Name
	return c, err
}
