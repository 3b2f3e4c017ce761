package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"kring/api/contract"
	"kring/internal/fault"
	"kring/internal/signin"
)

// AskSignIn asks for a letter to sign in with. Everybody gets the same answer.
func (a *API) AskSignIn(ctx context.Context, r contract.AskSignInRequestObject) (contract.AskSignInResponseObject, error) {
	in := callOf(ctx)
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.SignInAsked], error) {
		asked, err := a.signIn.Ask(ctx, r.Body.Email, in.network())
		return made[contract.SignInAsked]{a.askedView(in, asked), receiptOf(asked)}, err
	}, func(_ context.Context, receipt string) (contract.SignInAsked, error) {
		asked, err := askedIn(receipt)
		return a.askedView(in, asked), err
	})
	if err != nil {
		return nil, err
	}
	return contract.AskSignIn202JSONResponse(view), nil
}

func (a *API) askedView(in *call, asked signin.Asked) contract.SignInAsked {
	return contract.SignInAsked{Id: asked.ID, Message: a.texts.Say(in.lang, "api.sign-in-asked", nil), ExpiresAt: asked.ExpiresAt}
}

// receiptOf is what a repetition is answered by: a request may stand nowhere, when nobody has the address, and its
// repetition must not differ.
func receiptOf(asked signin.Asked) string {
	return asked.ID + " " + asked.ExpiresAt.UTC().Format(time.RFC3339Nano)
}

func askedIn(receipt string) (signin.Asked, error) {
	id, until, _ := strings.Cut(receipt, " ")
	expires, err := time.Parse(time.RFC3339Nano, until)
	return signin.Asked{ID: id, ExpiresAt: expires}, err
}

// ConfirmSignIn takes what the letter holds and signs the browser in.
func (a *API) ConfirmSignIn(ctx context.Context, r contract.ConfirmSignInRequestObject) (contract.ConfirmSignInResponseObject, error) {
	in := callOf(ctx)
	proof, err := proofOf(r.Body)
	if err != nil {
		return nil, err
	}
	person, err := a.signIn.Confirm(ctx, proof, in.network())
	if err != nil {
		return nil, err
	}
	return signedIn{
		withCookie(func(w http.ResponseWriter) error { return a.signIn.Start(ctx, w, in.web.Request(), person.ID) }),
		contract.ConfirmSignIn200JSONResponse{Body: meView(person)},
	}, nil
}

// proofOf wants the token, or else both the request and the code.
func proofOf(body *contract.SignInProof) (signin.Proof, error) {
	proof := signin.Proof{Token: given(body.Token, ""), RequestID: given(body.Id, ""), Code: given(body.Code, "")}
	if proof.Token != "" {
		return signin.Proof{Token: proof.Token}, nil
	}
	var v fault.Violations
	if proof.RequestID == "" {
		v.Add("/id", "required")
	}
	if proof.Code == "" {
		v.Add("/code", "required")
	}
	return proof, v.Err()
}

// SignOut ends the sign-in of the browser that asks.
func (a *API) SignOut(ctx context.Context, _ contract.SignOutRequestObject) (contract.SignOutResponseObject, error) {
	return signedOut{a.cookieBack(ctx)}, nil
}

// cookieBack takes the cookie of the call back and ends its sign-in.
func (a *API) cookieBack(ctx context.Context) withCookie {
	in := callOf(ctx)
	return func(w http.ResponseWriter) error { return a.signIn.Stop(ctx, w, in.web.Request()) }
}

// ListSignIns answers where the caller is signed in.
func (a *API) ListSignIns(ctx context.Context, _ contract.ListSignInsRequestObject) (contract.ListSignInsResponseObject, error) {
	found, err := a.signIn.List(ctx, callOf(ctx).actor)
	if err != nil {
		return nil, err
	}
	return contract.ListSignIns200JSONResponse{Items: list(found, signInView)}, nil
}

func signInView(e signin.Entry) contract.SignIn {
	return contract.SignIn{Id: e.ID, Device: e.Device, CreatedAt: e.CreatedAt, ExpiresAt: e.ExpiresAt, Current: e.Current}
}

// EndSignIn ends one of the caller's own sign-ins.
func (a *API) EndSignIn(ctx context.Context, r contract.EndSignInRequestObject) (contract.EndSignInResponseObject, error) {
	if err := a.signIn.End(ctx, callOf(ctx).actor, r.SignInId); err != nil {
		return nil, err
	}
	return contract.EndSignIn204Response{}, nil
}

// ChangeAddress asks for letters that confirm another address.
func (a *API) ChangeAddress(ctx context.Context, r contract.ChangeAddressRequestObject) (contract.ChangeAddressResponseObject, error) {
	in := callOf(ctx)
	expires, err := a.signIn.ChangeAddress(ctx, in.actor, r.Body.Email)
	if err != nil {
		return nil, err
	}
	return contract.ChangeAddress202JSONResponse{
		Message: a.texts.Say(in.lang, "api.address-asked", nil), ExpiresAt: expires,
	}, nil
}

// withCookie sets or takes back the cookie of an answer before its status goes out: the generated handlers give no way
// to the writer but the answer itself.
type withCookie func(http.ResponseWriter) error

type (
	signedIn struct {
		cookie withCookie
		view   contract.ConfirmSignIn200JSONResponse
	}
	signedOut struct{ cookie withCookie }
	forgotten struct{ cookie withCookie }
)

// VisitConfirmSignInResponse is asked by the generated code.
func (s signedIn) VisitConfirmSignInResponse(w http.ResponseWriter) error {
	if err := s.cookie(w); err != nil {
		return err
	}
	return s.view.VisitConfirmSignInResponse(w)
}

// VisitSignOutResponse is asked by the generated code.
func (s signedOut) VisitSignOutResponse(w http.ResponseWriter) error {
	if err := s.cookie(w); err != nil {
		return err
	}
	return contract.SignOut204Response{}.VisitSignOutResponse(w)
}

// VisitEraseMeResponse is asked by the generated code. The sign-in went with the person; that its cookie could not be
// taken back changes nothing about that.
func (s forgotten) VisitEraseMeResponse(w http.ResponseWriter) error {
	_ = s.cookie(w)
	return contract.EraseMe204Response{}.VisitEraseMeResponse(w)
}
