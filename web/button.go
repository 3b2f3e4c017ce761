package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kring/circles"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/scheduling/letters"
)

// opened is a link that holds, and whose it is.
type opened struct {
	link   identity.Link
	person identity.Person
}

// done is what a press did, or why it did nothing. Nothing was pressed when both are empty.
type done struct {
	title, says string
	wrong       *fault.Fault
	sent        url.Values
}

// linkPage is the page behind a button of a letter: before the press what it would do, after it what it did.
type linkPage struct {
	frame
	Said       string   // what the press did
	Wrong      string   // why it did nothing
	Paragraphs []string // what a press would do
	Options    []linkOption
	Others     bool // the options are ways back, or to something else
	Links      []mail.Link
	MineURL    string
}

// linkOption is one thing to press.
type linkOption struct {
	Choice, Label string
	Action        string // another link's address; empty: this one's
	First         bool
	Date          *field
}

// press does what was pressed, and shows what happened. Whoever presses twice is told that it was done already.
func (v *visit) press(o opened, sent url.Values) error {
	said, err := v.doPress(o, sent)
	f, refused := fault.Of(err)
	switch {
	case err == nil:
		if o.person, err = v.anew(o.person); err != nil {
			return err
		}
		title := said.Title
		if !said.Again {
			title = v.say("web.link.done")
		}
		return v.button(o, http.StatusOK, done{title: title, says: said.Message})
	case refused && f.Kind == fault.Invalid:
		return v.button(o, v.statusOf(f), done{wrong: f, sent: sent})
	}
	return err
}

// anew reads somebody again: a press may have voided the links that she had, and the page after it leads on by new ones.
// It may also have been the wish to be forgotten: then the zero Person is left.
func (v *visit) anew(p identity.Person) (now identity.Person, err error) {
	err = v.DB.Read(v.ctx(), func(tx database.Tx) error {
		now, err = identity.FindIn(tx, p.ID)
		return err
	})
	if fault.IsKind(err, fault.NotFound) {
		return identity.Person{}, nil
	}
	return now, err
}

func (v *visit) doPress(o opened, sent url.Values) (letters.Pressed, error) {
	token := v.c.Param("token")
	if isList(o.link.Purpose) && oneClick(sent) {
		return v.Buttons.Unsubscribe(v.ctx(), token)
	}
	choice := letters.Choice{Value: sent.Get("choice")}
	var broken fault.Violations
	if on := sent.Get("returns_on"); on != "" {
		choice.ReturnsOn = dateIn(&broken, "/returns_on", on)
	}
	if err := broken.Err(); err != nil {
		return letters.Pressed{}, err
	}
	return v.Buttons.Press(v.ctx(), token, v.lang, choice)
}

// button shows the page of a link as things stand now.
func (v *visit) button(o opened, status int, d done) error {
	page, err := v.Buttons.Show(v.ctx(), v.c.Param("token"), v.lang)
	if err != nil && d.says == "" {
		return err
	}
	title := page.Title
	if d.title != "" {
		title = d.title
	}
	shown := linkPage{frame: v.frame(title), Said: d.says, Links: page.Links, Options: v.options(page, d)}
	switch {
	case d.says != "":
		shown.Others = true
	case d.wrong != nil:
		shown.Wrong = v.faultSentence(d.wrong.Violations[0])
	default:
		shown.Others = page.Done
	}
	if d.says == "" {
		shown.Paragraphs = strings.Split(page.Text, "\n\n")
	}
	if back, is := v.wayBack(o, page); is {
		shown.Options, shown.Others = append(shown.Options, back), true
	}
	switch changing := isChange(o.link.Purpose); {
	case changing && shown.Others: // everybody who was signed in as her is signed out
		shown.Links = append(shown.Links, mail.Link{Label: v.say("web.signin.title"), URL: v.inLanguage(signInPath)})
	case !changing && o.person.Confirmed(): // who has the letter to a new address is not told whose it is
		shown.MineURL = v.inLanguage(v.linkTo(circles.LinkMe, o.person))
	}
	return v.show(status, "link", shown)
}

// options are what can be pressed, the one that the letter's button named first.
func (v *visit) options(page letters.Page, d done) []linkOption {
	chosen := v.c.QueryParam("choice")
	if d.sent != nil {
		chosen = d.sent.Get("choice")
	}
	named := func(o letters.Option) bool {
		return chosen != "" && (o.Choice == chosen || strings.HasPrefix(o.Choice, chosen+"-"))
	}
	sorted := slices.Clone(page.Options)
	slices.SortStableFunc(sorted, func(a, b letters.Option) int {
		switch {
		case named(a) && !named(b):
			return -1
		case named(b) && !named(a):
			return 1
		}
		return 0
	})
	out := make([]linkOption, len(sorted))
	for i, o := range sorted {
		out[i] = linkOption{Choice: o.Choice, Label: o.Label, Date: v.dateOf(o, d)}
		out[i].First = d.says == "" && !page.Done && i == 0 && (named(o) || len(sorted) == 1)
	}
	return out
}

// dateOf is the date that goes with an option; nil for none.
func (v *visit) dateOf(o letters.Option, d done) *field {
	if o.Date.IsZero() {
		return nil
	}
	on := field{
		ID: "returns_on", Name: "returns_on", Type: "date", Label: v.say("web.link.returns-on"), Value: o.Date.String(), Required: true,
	}
	if d.sent == nil || d.wrong == nil || d.sent.Get("choice") != o.Choice {
		return &on
	}
	on.Value = d.sent.Get("returns_on")
	for _, broken := range d.wrong.Violations {
		if broken.Pointer == "/returns_on" {
			on.Wrong = v.faultSentence(broken)
		}
	}
	return &on
}

// wayBack is the button that takes leaving a circle back, on the page of the link by which one left, for as long as it
// can be taken back. Its purpose is another one, so it has a link of its own.
func (v *visit) wayBack(o opened, page letters.Page) (linkOption, bool) {
	left := o.link.Purpose == circles.LinkLeave || o.link.Purpose == letters.LinkStillIn
	if !left || len(page.Options) > 0 {
		return linkOption{}, false
	}
	token := v.Links.Sign(circles.LinkUndoLeave, o.link.RowID, o.person)
	undo, err := v.Buttons.Show(v.ctx(), token, v.lang)
	if err != nil || len(undo.Options) == 0 {
		return linkOption{}, false // nothing to take back is no reason to fail
	}
	return linkOption{
		Choice: undo.Options[0].Choice, Label: undo.Options[0].Label, Action: v.inLanguage("/l/" + token),
	}, true
}
