package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/signin"
)

// signInPage asks for an address to send a letter to.
type signInPage struct {
	frame
	Said         string
	Email        field
	Organisation bool // there is a provider to sign in by
}

// askedPage is the answer to everybody who asked, known or not, with the form for the code.
type askedPage struct {
	frame
	Request string
	Code    field
}

// enterPage is behind the link of a sign-in letter. It says nothing of whose it is: scanners read it too.
type enterPage struct{ frame }

func (w *Web) showSignIn(v *visit) error {
	known, err := v.leadIn()
	if known || err != nil {
		return err
	}
	return v.signIn(http.StatusOK, signInPage{Said: v.said("signed-out")}, "", nil)
}

// leadIn sends who is signed in already to her own page.
func (v *visit) leadIn() (known bool, err error) {
	if _, known, err = v.who(); known && err == nil {
		err = v.redirect(v.inLanguage(mePath))
	}
	return known, err
}

func (v *visit) signIn(status int, shown signInPage, typed string, wrong *fault.Fault) error {
	shown.frame = v.frame(v.say("web.signin.title"))
	shown.Email = field{
		ID: "email", Name: "email", Type: "email", Mode: "email", Complete: "email", Label: v.say("web.field.email"),
		Hint: v.say("web.signin.email.hint"), Value: typed, Required: true, Most: 254,
	}
	if wrong != nil {
		shown.Email.Wrong = v.wrongBy(wrong)["email"]
	}
	shown.Organisation = v.OIDC != nil
	v.allowProvider()
	return v.show(status, "signin", shown)
}

// askSignIn asks for the letter. Whether somebody has the address shows nowhere in the answer.
func (w *Web) askSignIn(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	asked, err := v.SignIn.Ask(v.ctx(), sent.Get("email"), v.network())
	if f, refused := fault.Of(err); refused && f.Kind == fault.Invalid {
		return v.signIn(v.statusOf(f), signInPage{}, sent.Get("email"), f)
	}
	if err != nil {
		return err
	}
	return v.codeForm(http.StatusAccepted, asked.ID, "", nil)
}

// network is what the caller is counted with; who stands between is the edge's to know.
func (v *visit) network() string { return limit.Network(v.c.RealIP()) }

// showCode is the form for the code, opened anew: in the other language, say.
func (w *Web) showCode(v *visit) error {
	known, err := v.leadIn()
	if known || err != nil {
		return err
	}
	request := v.c.QueryParam("request")
	if !database.IsID(request) {
		return w.toSignIn(v)
	}
	return v.codeForm(http.StatusOK, request, "", nil)
}

func (v *visit) codeForm(status int, request, typed string, wrong *fault.Fault) error {
	shown := askedPage{frame: v.frame(v.say("web.asked.title")), Request: request}
	shown.at, shown.keep = codePath, url.Values{"request": {request}}
	shown.Code = field{
		ID: "code", Name: "code", Mode: "numeric", Complete: "one-time-code", Label: v.say("web.asked.code"),
		Hint: v.say("web.asked.code.hint"), Value: typed, Required: true, Most: 20,
	}
	if wrong != nil {
		shown.Code.Wrong = v.wrongBy(wrong)["code"]
	}
	return v.show(status, "asked", shown)
}

func (w *Web) enterCode(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	request, typed := sent.Get("request"), sent.Get("code")
	p, err := v.SignIn.Confirm(v.ctx(), signin.Proof{RequestID: request, Code: typed}, v.network())
	if f, refused := fault.Of(err); refused && f.Kind == fault.Invalid {
		return v.codeForm(v.statusOf(f), request, typed, f)
	}
	if err != nil {
		return err
	}
	return v.start(p.ID)
}

// showEnter is the page behind the link of a letter: one button, and nothing that says whose it is.
func (w *Web) showEnter(v *visit) error {
	if err := v.SignIn.Show(v.ctx(), v.c.Param("token")); err != nil {
		return err
	}
	return v.show(http.StatusOK, "enter", enterPage{v.frame(v.say("web.enter.title"))})
}

func (w *Web) enter(v *visit) error {
	p, err := v.SignIn.Confirm(v.ctx(), signin.Proof{Token: v.c.Param("token")}, v.network())
	if err != nil {
		return err
	}
	return v.start(p.ID)
}

// start signs somebody in with this browser and leads to her page.
func (v *visit) start(personID string) error {
	if err := v.SignIn.Start(v.ctx(), v.c.Response(), v.c.Request(), personID); err != nil {
		return err
	}
	return v.redirect(v.inLanguage(mePath))
}

// signOut ends the sign-in of this browser. Who was not signed in is told the same.
func (w *Web) signOut(v *visit) error {
	if _, _, err := v.who(); err != nil { // for the language to say goodbye in
		return err
	}
	if err := v.SignIn.Stop(v.ctx(), v.c.Response(), v.c.Request()); err != nil && !fault.HasCode(err, "signed-out") {
		return err
	}
	return v.redirect(signInPath + "?did=signed-out&lang=" + v.lang)
}

// toSignIn leads to where one signs in.
func (w *Web) toSignIn(v *visit) error { return v.redirect(v.inLanguage(signInPath)) }

// redirect leads to a page of ours. The address is relative: what a request says of our host is not believed.
func (v *visit) redirect(path string) error { return v.c.Redirect(http.StatusSeeOther, path) }

// who answers who is signed in with this browser, and turns to her language. A cookie that no longer holds is nobody's.
func (v *visit) who() (p identity.Person, known bool, err error) {
	actor, err := v.SignIn.Authenticate(v.c.Request())
	if fault.HasCode(err, "signed-out") || err == nil && !actor.Known() {
		return p, false, nil
	}
	if err == nil {
		err = v.DB.Read(v.ctx(), func(tx database.Tx) error {
			p, err = identity.FindIn(tx, actor.PersonID)
			return err
		})
	}
	if fault.IsKind(err, fault.NotFound) || err == nil && p.ErasedAt != nil {
		return identity.Person{}, false, nil
	}
	if err == nil && bearer(v.c.Request()) {
		err = fault.New(fault.Unreadable, "two-credentials")
	}
	if err != nil {
		return identity.Person{}, false, err
	}
	v.actor = actor
	v.speak(p)
	return p, true, nil
}

// bearer says whether a request carries a token as well: then nobody can say as whom it comes.
func bearer(r *http.Request) bool {
	scheme, _, _ := strings.Cut(r.Header.Get(echo.HeaderAuthorization), " ")
	return strings.EqualFold(scheme, "Bearer")
}

// own is a page of who is signed in; anybody else is led to where one signs in.
func (w *Web) own(reply func(*visit, identity.Person) error) answer {
	return func(v *visit) error {
		p, known, err := v.who()
		switch {
		case err != nil:
			return err
		case !known:
			return w.toSignIn(v)
		}
		return reply(v, p)
	}
}

// ownPress is a form that who is signed in sent.
func (w *Web) ownPress(do func(*visit, identity.Person, url.Values) error) answer {
	return w.own(func(v *visit, p identity.Person) error {
		sent, err := v.form()
		if err != nil {
			return err
		}
		return do(v, p, sent)
	})
}
