package signin

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/limit"
)

const (
	requestLives = 15 * time.Minute // product time
	maxTries     = 5                // wrong codes for one request, after which its code is void

	networkLimit = "sign-in" // the name of what a network may ask for in an hour
)

// letterLimit bounds the letters that anybody can cause to one address, known or not.
func letterLimit() limit.Rule {
	return limit.Rule{Name: "sign-in-letters", Most: 5, Within: time.Hour}
}

// codeLimit bounds the wrong codes that come from one network, for whichever requests.
func codeLimit() limit.Rule { return limit.Rule{Name: "wrong-codes", Most: 100, Within: time.Hour} }

// request is a letter that was asked for.
type request struct {
	ID        string
	PersonID  *string // nil: nobody whom Kring writes to has the address
	LinkHash  string
	CodeHash  string
	Tries     int
	ExpiresAt time.Time // product time
	LetterAt  *time.Time
	UsedAt    *time.Time
	CreatedAt time.Time
}

// open says whether the request still lets somebody in. Its code may be worn out even so: the link is no guess, and whoever
// types wrong codes for somebody else must not make the letters void that she has.
func (r request) open(now time.Time) bool {
	return r.UsedAt == nil && now.Before(r.ExpiresAt)
}

// Asked is the answer to asking for a sign-in letter: the same whether somebody has the address or not.
type Asked struct {
	ID        string    // names the request when the code is typed
	ExpiresAt time.Time // product time, 15 minutes from now
}

// Ask asks for a sign-in letter. The network is that of the caller ([limit.Network] of an IP address; "" is not counted).
// It answers Invalid with /email for what is no address, and TooMany "too-often".
//
// Whether somebody has the address, is silenced or erased, changes neither the answer nor the statements that run: the
// letter is asked for later, by [SignIn.QueueLetters].
func (s *SignIn) Ask(ctx context.Context, email, network string) (Asked, error) {
	var v fault.Violations
	email = identity.CheckEmail(&v, "/email", email)
	if err := v.Err(); err != nil {
		return Asked{}, err
	}
	var r request
	err := s.db.Write(ctx, func(tx database.Tx) error {
		now, machine := s.clock.Now(), s.clock.Machine()
		if err := s.limits.TakeNetworkIn(tx, machine, networkLimit, network); err != nil {
			return err
		}
		if err := s.limits.TakeIn(tx, machine, letterLimit(), email); err != nil {
			return err
		}
		personID, err := reachedBy(tx, email)
		if err != nil {
			return err
		}
		r = request{ID: database.NewID(), PersonID: personID, ExpiresAt: now.Add(requestLives), CreatedAt: now}
		r.LinkHash, r.CodeHash = s.keys.hashes(r.ID)
		return insertRequest(tx, r)
	})
	if err != nil {
		return Asked{}, err
	}
	return Asked{ID: r.ID, ExpiresAt: r.ExpiresAt}, nil
}

// reachedBy answers who is written to at an address: nil for nobody, and for who asked for silence.
func reachedBy(tx database.Tx, email string) (*string, error) {
	p, err := identity.ByEmailIn(tx, email)
	if err != nil && !fault.IsKind(err, fault.NotFound) {
		return nil, err
	}
	reason, err := identity.SuppressedIn(tx, email)
	if err != nil || p.ID == "" || reason == identity.Silence {
		return nil, err
	}
	return &p.ID, nil
}

// Proof is what the letter holds: the link's token, or the code with the request that it answers.
type Proof struct {
	Token           string
	RequestID, Code string
}

// Show says whether a link would sign somebody in. It changes nothing. It answers NotFound "sign-in-void".
func (s *SignIn) Show(ctx context.Context, token string) error {
	return s.db.Read(ctx, func(tx database.Tx) error {
		r, err := requestOf(tx, Proof{Token: token}, false)
		if err != nil {
			return err
		}
		if r.PersonID == nil || !r.open(s.clock.Now()) {
			return void()
		}
		p, err := identity.FindIn(tx, *r.PersonID)
		if err == nil && p.ErasedAt != nil {
			err = void()
		}
		return err
	})
}

// Confirm takes the proof, once, and answers whose it is; the address is confirmed by it, and what else the person had
// asked for is void. It answers NotFound "sign-in-void" for a link or a request that is unknown, used or expired, and
// for a code that was tried five times, Invalid with /code "wrong-code" for a wrong code, and TooMany "too-often". The network is as for Ask.
//
// What is no code at all (not six digits) is refused without being counted as a try. A wrong code is counted although it
// is refused, so this does not run within a transaction that ends with the refusal: no Idempotency-Key.
func (s *SignIn) Confirm(ctx context.Context, proof Proof, network string) (identity.Person, error) {
	if proof.Token == "" {
		digits, isCode := readCode(proof.Code)
		if !isCode {
			return identity.Person{}, wrongCode()
		}
		proof.Code = digits
	}
	var person identity.Person
	var refusal error // what is counted although it is refused
	err := s.db.Write(ctx, func(tx database.Tx) error {
		person, refusal = identity.Person{}, nil
		r, err := requestOf(tx, proof, true)
		if err != nil {
			return err
		}
		if !r.open(s.clock.Now()) {
			return void()
		}
		if proof.Token == "" {
			if refusal, err = s.tryIn(tx, r, proof.Code, network); err != nil || refusal != nil {
				return err
			}
		}
		person, err = s.acceptIn(tx, r)
		return err
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return identity.Person{}, err
	}
	return person, nil
}

// tryIn compares a code, unless it was tried too often. A wrong one is answered as the refusal, counted for the request and for the network; a network
// with too many is not even told whether this one is right.
func (s *SignIn) tryIn(tx database.Tx, r request, code, network string) (refusal, err error) {
	if r.Tries >= maxTries {
		return nil, void()
	}
	machine := s.clock.Machine()
	if network != "" {
		if err := s.limits.TakeIn(tx, machine, codeLimit(), network); err != nil {
			return nil, err
		}
	}
	if !s.keys.matches(r, code) || r.PersonID == nil {
		return wrongCode(), addTry(tx, r.ID)
	}
	if network == "" {
		return nil, nil
	}
	return nil, s.limits.GiveBackIn(tx, machine, codeLimit(), network)
}

// acceptIn uses the request up, with all others of the person.
func (s *SignIn) acceptIn(tx database.Tx, r request) (identity.Person, error) {
	now := s.clock.Now()
	if r.PersonID == nil {
		return identity.Person{}, void()
	}
	if err := useRequests(tx, *r.PersonID, now); err != nil {
		return identity.Person{}, err
	}
	p, err := identity.LockIn(tx, *r.PersonID)
	if err == nil && p.ErasedAt != nil {
		err = void()
	}
	if err != nil {
		return identity.Person{}, err
	}
	return identity.ConfirmAddressIn(tx, now, p.ID)
}

// requestOf finds the request of a proof; with lock, it is kept from others until the transaction ends.
func requestOf(tx database.Tx, proof Proof, lock bool) (request, error) {
	switch {
	case len(proof.Token) == linkSize:
		return requestByLink(tx, hashLink(proof.Token), lock)
	case proof.Token == "" && database.IsID(proof.RequestID):
		return requestByID(tx, proof.RequestID, lock)
	}
	return request{}, void()
}

func void() error { return fault.New(fault.NotFound, "sign-in-void") }

func wrongCode() error {
	var v fault.Violations
	v.Add("/code", "wrong-code")
	return v.Err()
}
