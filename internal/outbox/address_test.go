package outbox_test

import (
	"context"
	"testing"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
)

// elsewhere is a post whose letters go to an address that the person has named and not yet proved.
func (w *world) elsewhere(mailbox string) *outbox.Post {
	w.t.Helper()
	server, err := mail.ParseURL(w.sink.URL())
	w.must(err)
	sender, err := mail.NewSender(server, mail.Address{Name: "Kring", Mailbox: "kring@example.org"}, "https://kring.example.org")
	w.must(err)
	post, err := outbox.New(outbox.Options{
		DB: w.db, Clock: w.clock, Host: "kring.example.org", Sender: sender,
		Table: outbox.Table{"confirm": {Urgent: true, Compose: func(ctx context.Context, p identity.Person, n []outbox.Notice) (mail.Message, error) {
			m, err := w.compose(ctx, p, n)
			m.To = mail.Address{Mailbox: mailbox}
			return m, err
		}}},
	})
	w.must(err)
	return post
}

func (w *world) find(id string) (p identity.Person) {
	w.t.Helper()
	w.must(w.db.Read(w.t.Context(), func(tx database.Tx) (err error) {
		p, err = identity.FindIn(tx, id)
		return err
	}))
	return p
}

func TestALetterToAnAddressThatTheComposerNames(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		w.write(func(tx database.Tx) error { return identity.MarkUndeliverableIn(tx, noon, an.ID) })
		w.note(outbox.Notice{PersonID: an.ID, Kind: "confirm", Key: "k", HoldUntil: noon})
		w.expect(w.pass(w.elsewhere("an@example.com"), noon), outbox.Counts{Sent: 1})
		if to := w.sink.Await(t, 1)[0].Header.Get("To"); to != "<an@example.com>" {
			t.Errorf("went to %s", to)
		}
	})
}

func TestWhatIsSaidOfAnotherAddressIsNotSaidOfThePerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		w.sink.RefuseAddress("an@example.com", 550, "5.1.1")
		w.note(outbox.Notice{PersonID: an.ID, Kind: "confirm", Key: "k", HoldUntil: noon})
		w.expect(w.pass(w.elsewhere("an@example.com"), noon), outbox.Counts{Refused: 1})
		w.state("refused", "recipient 550 5.1.1")
		if p := w.find(an.ID); p.UndeliverableAt != nil {
			t.Error("the person is undeliverable")
		}
		w.write(func(tx database.Tx) error {
			for _, email := range []string{"an@example.com", an.Email} {
				if reason, err := identity.SuppressedIn(tx, email); reason != "" || err != nil {
					t.Errorf("%s is suppressed: %s, %v", email, reason, err)
				}
			}
			return nil
		})
	})
}

// The letter is on its way to the old address when the person moves to a new one.
func TestWhoMovedMeanwhileIsReached(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		w.sink.RefuseAddress(an.Email, 550, "5.1.1")
		w.note(reminder(an, "k"))
		w.answer = func([]outbox.Notice) error {
			return w.db.Write(t.Context(), func(tx database.Tx) error {
				_, err := identity.MoveAddressIn(tx, noon, an.ID, "an@example.com")
				return err
			})
		}
		w.expect(w.pass(w.post(), noon), outbox.Counts{Refused: 1})
		if p := w.find(an.ID); p.UndeliverableAt != nil {
			t.Error("the person is undeliverable at an address that was not tried")
		}
	})
}
