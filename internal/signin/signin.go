package signin

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/outbox"
	"kring/internal/text"
)

// Options is what a SignIn is made of. All fields are needed.
type Options struct {
	DB        *database.DB
	Clock     *clock.Clock
	Texts     *text.Catalog
	Secrets   identity.Secrets
	Links     *identity.Links
	Limits    *limit.Limits
	PublicURL string // without a slash at its end; the letters' links are below it
	Log       *slog.Logger
}

// SignIn lets people in. It may be used from several goroutines.
type SignIn struct{ Options }

// New makes a SignIn.
func New(o Options) *SignIn { return &SignIn{Options: o} }

var errNotBuilt = errors.New("signin: not built")

// Asked is the answer to asking for a sign-in letter: the same whether somebody has the address or not.
type Asked struct {
	ID        string    // names the request when the code is typed
	ExpiresAt time.Time // product time, 15 minutes from now
}

// Ask asks for a sign-in letter. The network is that of the caller ([limit.Network] of an IP address). It answers
// Invalid with /email for what is no address, and TooMany "too-often".
func (s *SignIn) Ask(ctx context.Context, email, network string) (Asked, error) {
	return Asked{}, errNotBuilt
}

// Proof is what the letter holds: the link's token, or the code with the request that it answers.
type Proof struct {
	Token           string
	RequestID, Code string
}

// Show says whether a link would sign somebody in. It changes nothing. It answers NotFound "sign-in-void".
func (s *SignIn) Show(ctx context.Context, token string) error { return errNotBuilt }

// Confirm takes the proof, once, and answers whose it is; the address is confirmed by it. It answers NotFound
// "sign-in-void" for a link or a request that is unknown, used, expired or tried five times, Invalid with /code
// "wrong-code" for a wrong code, and TooMany "too-often".
func (s *SignIn) Confirm(ctx context.Context, proof Proof, network string) (identity.Person, error) {
	return identity.Person{}, errNotBuilt
}

// Start signs the person in with the browser that sent r: a new sign-in, whatever cookie came with r, set on w.
func (s *SignIn) Start(ctx context.Context, w http.ResponseWriter, r *http.Request, personID string) error {
	return errNotBuilt
}

// Authenticate answers who is signed in by the request's cookie; the zero Actor when it has none. A cookie that does not
// hold: Unauthenticated "signed-out". It writes nothing.
func (s *SignIn) Authenticate(r *http.Request) (identity.Actor, error) { return identity.Actor{}, nil }

// Stop ends the request's own sign-in and takes the cookie back.
func (s *SignIn) Stop(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	return errNotBuilt
}

// Entry is one browser in which somebody is signed in.
type Entry struct {
	ID, Device           string
	CreatedAt, ExpiresAt time.Time // machine time
	Current              bool      // the one that asks
}

// List answers the actor's own sign-ins, newest first.
func (s *SignIn) List(ctx context.Context, actor identity.Actor) ([]Entry, error) {
	return nil, errNotBuilt
}

// End ends one of the actor's own sign-ins: NotFound "not-found" for what is none.
func (s *SignIn) End(ctx context.Context, actor identity.Actor, id string) error { return errNotBuilt }

// ChangeAddress asks for letters to the new address and, when it is confirmed and takes mail, to the old one. The answer
// is the same when somebody else has the address. It needs a sign-in itself (Forbidden "needs-sign-in") and answers
// Invalid with /email, and TooMany "too-often".
func (s *SignIn) ChangeAddress(ctx context.Context, actor identity.Actor, email string) (expiresAt time.Time, err error) {
	return time.Time{}, errNotBuilt
}

// The purposes of the links that confirm a change of address; the row is the change.
const (
	LinkAddressOld = "address-old"
	LinkAddressNew = "address-new"
)

// AddressChange is how a change of address stands.
type AddressChange struct {
	ID, Email        string
	OldNeeded        bool
	OldDone, NewDone bool
	ExpiresAt        time.Time
}

// AddressChange answers a change that waits, to whom it is about; NotFound "not-found" otherwise.
func (s *SignIn) AddressChange(ctx context.Context, actor identity.Actor, id string) (AddressChange, error) {
	return AddressChange{}, errNotBuilt
}

// ConfirmAddress takes the press in the letter to the old (old true) or the new address; done says that the address is
// changed by it. It answers NotFound, and Conflict "address-taken".
func (s *SignIn) ConfirmAddress(ctx context.Context, actor identity.Actor, id string, old bool) (done bool, err error) {
	return false, errNotBuilt
}

// RefuseAddress drops the change: the press "that was not me" in the letter to the old address.
func (s *SignIn) RefuseAddress(ctx context.Context, actor identity.Actor, id string) error {
	return errNotBuilt
}

// QueueLetters is a pass: it asks for the letters of requests that somebody known made. It answers how many, and when it
// next has something due.
func (s *SignIn) QueueLetters(ctx context.Context, now time.Time) (int, time.Time, error) {
	return 0, time.Time{}, nil
}

// Sweep deletes what is over: requests, sign-ins, changes of address, counts.
func (s *SignIn) Sweep(ctx context.Context, now time.Time) (int, time.Time, error) {
	return 0, time.Time{}, nil
}

// Table is how the notices of this room become letters.
func (s *SignIn) Table() outbox.Table { return outbox.Table{} }

// Part is what this room keeps about people.
func (s *SignIn) Part() identity.Part { return identity.Part{Name: "sign_ins"} }
