package web

import (
	"net/http"
	"net/url"

	"kring/circles"
	"kring/internal/fault"
	"kring/scheduling/letters"
)

// showLink shows what the press behind a letter's link would do. Mail scanners open it too: nothing is written.
func (w *Web) showLink(v *visit) error {
	link, p, err := v.open()
	if err != nil {
		return err
	}
	switch link.Purpose {
	case circles.LinkMe:
		return v.showMine(p)
	case circles.LinkMails:
		return v.showMails(p)
	case circles.LinkSees:
		return v.showSees(p)
	}
	return v.button(opened{link, p}, http.StatusOK, done{})
}

// pressLink does what the pressed button says.
func (w *Web) pressLink(v *visit) error {
	link, p, err := v.open()
	if err != nil {
		return err
	}
	sent, err := v.form()
	if err != nil {
		return err
	}
	switch link.Purpose {
	case circles.LinkMe:
		return v.pressMine(p, sent)
	case circles.LinkMails:
		return v.pressMails(p, sent)
	case circles.LinkSees:
		return v.showSees(p)
	}
	return v.press(opened{link, p}, sent)
}

// isList says whether a link is about a list of mails, to leave or to come back to.
func isList(purpose string) bool {
	return purpose == letters.LinkOffReminder || purpose == letters.LinkOffChanges
}

// oneClick is the whole of what a mail program sends to leave a list (RFC 8058, 3.2).
func oneClick(sent url.Values) bool { return sent.Get("List-Unsubscribe") == "One-Click" }

// openList opens a link that is about a list of mails; any other is unknown here.
func (v *visit) openList() (opened, error) {
	link, p, err := v.open()
	if err == nil && !isList(link.Purpose) {
		err = fault.New(fault.NotFound, "link-unknown")
	}
	return opened{link, p}, err
}

func (w *Web) showUnsubscribe(v *visit) error {
	o, err := v.openList()
	if err != nil {
		return err
	}
	return v.button(o, http.StatusOK, done{})
}

// unsubscribe takes the one-click POST of a mail program, in either encoding of forms and without a redirect, and the
// press of the page.
func (w *Web) unsubscribe(v *visit) error {
	o, err := v.openList()
	if err != nil {
		return err
	}
	sent, err := v.form()
	if err != nil {
		return err
	}
	return v.press(o, sent)
}
