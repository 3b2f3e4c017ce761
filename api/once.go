package api

import (
	"context"
	"errors"

	"kring/internal/database"
	"kring/internal/idempotency"
)

// made is what a command came to: its answer, and the id by which a repetition finds it again.
type made[T any] struct {
	view T
	id   string
}

// keeping is a refusal that leaves something behind, as a preview: what was written stays, and the key is free as after
// any other refusal.
type keeping struct{ error }

// Unwrap is the refusal.
func (k keeping) Unwrap() error { return k.error }

// once runs a command. With an Idempotency-Key the command runs once for the key: its receipt is written in the
// transaction of the effect itself, and a repetition shows what the first made, as it is now. show must not change
// anything.
//
// A dry run changes nothing and leaves the key free.
func once[T any](ctx context.Context, a *API, do func(context.Context) (made[T], error), show func(context.Context, string) (T, error)) (T, error) {
	in := callOf(ctx)
	if in.key == "" || in.dry {
		done, err := do(ctx)
		return done.view, err
	}
	receipt := in.receipt()
	var view T
	var refused error
	err := a.db.Write(ctx, func(tx database.Tx) error {
		inside := database.Within(ctx, tx)
		earlier, found, err := idempotency.ClaimIn(tx, receipt, a.clock.Machine())
		if err != nil {
			return err
		}
		if found {
			view, err = show(inside, earlier.SubjectID)
			return err
		}
		done, err := do(inside)
		if refused = nil; errors.As(err, new(keeping)) {
			refused = err
			return idempotency.ReleaseIn(tx, receipt)
		}
		if err != nil {
			return err
		}
		view = done.view
		return idempotency.FinishIn(tx, receipt, in.operation.Status, done.id)
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		var none T
		return none, err
	}
	return view, nil
}

// receipt names the request that may come again.
func (in *call) receipt() idempotency.Call {
	caller := in.actor.PersonID
	if caller == "" {
		caller = in.stranger()
	}
	return idempotency.Call{Caller: caller, Route: in.route, Key: in.key, BodyHash: idempotency.HashBody(in.body)}
}

// stranger tells callers without a credential apart, of whom many may use one key: by their network and by what they
// say. Whoever repeats somebody else's key is served for himself; whoever repeats all of it had the letter already. It is
// a hash, because it is kept.
func (in *call) stranger() string {
	return "nobody-" + idempotency.HashBody([]byte(in.network() + "\n" + string(in.body)))[:32]
}
