package web

import (
	"net/http"
	"net/url"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/signin"
)

// isChange says whether a link is about a change of address.
func isChange(purpose string) bool {
	return purpose == signin.LinkAddressOld || purpose == signin.LinkAddressNew
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
