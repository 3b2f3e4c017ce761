package outbox

import (
	"context"
	"errors"
	"fmt"

	"kring/internal/identity"
	"kring/internal/mail"
)

// Compose writes the letter that tells a person of these notices (at least one, in the order in which
// they fell due). It is called at the moment of sending, so what it reads holds now. It fills subject,
// body, calendars, reply-to and the unsubscribe link; Message-ID, date, list and, where empty, the
// language are the outbox's.
//
// It goes to the person's address, unless To is filled: an address that the person says is hers. What
// a mail server says of that one is not said of the person, and whether it wants mail is Compose's to
// ask.
//
// It answers [Void] when there is nothing left to tell, [Lapse] when it is too late to be of use.
// Any other error is tried again later, like a refusal of the mail server.
type Compose func(ctx context.Context, person identity.Person, notices []Notice) (mail.Message, error)

// Kind is how notices of one kind become letters.
type Kind struct {
	Compose Compose
	// List is the list that these letters are on; empty: none.
	List List
	// Merge names a group: notices of one group that are due together for one person in one circle
	// share a letter, written by the Compose of the first of them. Empty: a letter of its own. Kinds
	// of one group are on one list.
	Merge string
	// Urgent letters go before all others, and also to an address that refused a mail before:
	// somebody sits waiting for them.
	Urgent bool
}

// Table is every kind of notice there is, by name.
type Table map[string]Kind

func (t Table) check() error {
	lists := map[string]List{}
	for name, kind := range t {
		if kind.Compose == nil {
			return fmt.Errorf("outbox: nobody composes %s", name)
		}
		if list, known := lists[kind.Merge]; kind.Merge != "" && known && list != kind.list() {
			return fmt.Errorf("outbox: the kinds of %s are on different lists", kind.Merge)
		}
		lists[kind.Merge] = kind.list()
	}
	return nil
}

func (k Kind) list() List {
	if k.List == "" {
		return NoList
	}
	return k.List
}

// dropped is a letter that is not sent.
type dropped struct {
	notices noticeState
	reason  string
}

func (d *dropped) Error() string { return "outbox: not sent: " + d.reason }

// Void is the answer of a Compose whose occasion is gone: the session is cancelled, the seat taken
// back. The same key may be noted again.
func Void(reason string) error { return &dropped{noticeVoid, reason} }

// Lapse is the answer of a Compose whose letter would come too late to be of use.
func Lapse(reason string) error { return &dropped{noticeLapsed, reason} }

func asDropped(err error) (*dropped, bool) {
	var d *dropped
	ok := errors.As(err, &d)
	return d, ok
}
