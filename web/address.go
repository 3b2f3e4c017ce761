package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/signin"
)

// isChange says whether a link is about a change of address.
func isChange(purpose string) bool {
	return purpose == signin.LinkAddressOld || purpose == signin.LinkAddressNew
}

// showChange is the page behind the buttons of the letters about a change of address, to the old and to the new one. The
// one to the new address says nothing of whose it is: anybody may have typed that address.
func (v *visit) showChange(o opened) error { return v.change(o, http.StatusOK, linkPage{}) }

func (v *visit) change(o opened, status int, shown linkPage) error {
	c, err := v.SignIn.AddressChange(v.ctx(), acting(o.person), o.link.RowID)
	if err != nil {
		return err
	}
	old := o.link.Purpose == signin.LinkAddressOld
	shown.frame = v.frame(v.say("web.change." + o.link.Purpose))
	if done := old && c.OldDone || !old && c.NewDone; done {
		shown.Paragraphs, shown.Others = []string{v.waits(old, c.Email)}, true
	} else {
		shown.Paragraphs = strings.Split(v.say("web.change."+o.link.Purpose+".text", "email", c.Email), "\n\n")
		shown.Options = []linkOption{{Choice: signin.ChoiceYes, Label: v.say("web.change." + o.link.Purpose + ".yes")}}
	}
	if old {
		shown.Options = append(shown.Options, linkOption{Choice: signin.ChoiceNo, Label: v.say("web.change.address-old.no")})
	}
	if v.c.QueryParam("choice") == signin.ChoiceNo {
		slices.Reverse(shown.Options)
	}
	if len(shown.Options) > 0 && !shown.Others {
		shown.Options[0].First = true
	}
	return v.show(status, "link", shown)
}

// waits says whose press a change still waits for.
func (v *visit) waits(old bool, email string) string {
	if old {
		return v.say("web.change.waits-new", "email", email)
	}
	return v.say("web.change.waits-old")
}

// pressChange takes what was pressed in such a letter.
func (v *visit) pressChange(o opened, sent url.Values) error {
	old := o.link.Purpose == signin.LinkAddressOld
	switch choice := sent.Get("choice"); {
	case choice == signin.ChoiceYes:
		return v.confirmChange(o, old)
	case choice == signin.ChoiceNo && old:
		if err := v.SignIn.RefuseAddress(v.ctx(), acting(o.person), o.link.RowID); err != nil {
			return err
		}
		return v.changed("web.change.refused", "")
	}
	var broken fault.Violations
	broken.Add("/choice", "not-a-choice")
	return v.change(o, http.StatusUnprocessableEntity, linkPage{Wrong: v.faultSentence(broken[0])})
}

func (v *visit) confirmChange(o opened, old bool) error {
	c, err := v.SignIn.AddressChange(v.ctx(), acting(o.person), o.link.RowID)
	if err != nil {
		return err
	}
	done, err := v.SignIn.ConfirmAddress(v.ctx(), acting(o.person), c.ID, old)
	switch {
	case err != nil:
		return err
	case done:
		return v.changed("web.change.done", c.Email)
	}
	return v.show(http.StatusOK, "link", linkPage{frame: v.frame(v.say("web.link.done")), Said: v.waits(old, c.Email)})
}

// changed is the page after a press that ended every sign-in: it leads to where one signs in anew.
func (v *visit) changed(says, email string) error {
	return v.show(http.StatusOK, "link", linkPage{
		frame: v.frame(v.say("web.link.done")), Said: v.say(says, "email", email),
		Links: []mail.Link{{Label: v.say("web.signin.title"), URL: v.inLanguage(signInPath)}},
	})
}

// addressPage is the form for another address, and after it what to do next.
type addressPage struct {
	frame
	Said  string
	Next  string // which letters there are to press in
	Now   string
	Email field
}

func (v *visit) showAddress(p identity.Person) error {
	shown := addressPage{}
	c, err := v.SignIn.AddressChange(v.ctx(), v.actor, "")
	switch {
	case err == nil:
		shown.Next = v.say("web.address.waiting", "email", c.Email, "until", v.moment(c.ExpiresAt, p.Zone))
	case !fault.IsKind(err, fault.NotFound):
		return err
	}
	return v.address(p, http.StatusOK, shown, "", nil)
}

func (v *visit) address(p identity.Person, status int, shown addressPage, typed string, wrong *fault.Fault) error {
	shown.frame, shown.Now = v.personal(p, aside, "web.address.title"), p.Email
	shown.Email = field{
		ID: "email", Name: "email", Type: "email", Mode: "email", Complete: "email", Label: v.say("web.address.new"),
		Value: typed, Required: true, Most: 254,
	}
	if wrong != nil {
		shown.Email.Wrong = v.wrongBy(wrong)["email"]
	}
	return v.show(status, "address", shown)
}

// changeAddress asks for the letters. The answer is the same when somebody else has the address.
func (v *visit) changeAddress(p identity.Person, sent url.Values) error {
	until, err := v.SignIn.ChangeAddress(v.ctx(), v.actor, sent.Get("email"))
	if f, refused := fault.Of(err); refused && f.Kind == fault.Invalid {
		return v.address(p, v.statusOf(f), addressPage{}, sent.Get("email"), f)
	}
	if err != nil {
		return err
	}
	next := "web.address.press-both"
	if !p.Confirmed() || p.UndeliverableAt != nil {
		next = "web.address.press-new"
	}
	shown := addressPage{Said: v.say("web.address.sent"), Next: v.say(next, "until", v.moment(until, p.Zone))}
	return v.address(p, http.StatusAccepted, shown, "", nil)
}
