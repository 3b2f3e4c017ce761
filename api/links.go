package api

import (
	"context"

	"kring/api/contract"
	"kring/internal/mail"
	"kring/scheduling/letters"
)

// linkLanguage is the caller's when they said one, else that of the letters of whom the link is for.
func (in *call) linkLanguage() string {
	if in.chose {
		return in.lang
	}
	return ""
}

// ShowLink answers what a press would do.
func (a *API) ShowLink(ctx context.Context, r contract.ShowLinkRequestObject) (contract.ShowLinkResponseObject, error) {
	page, err := a.buttons.Show(ctx, r.Token, callOf(ctx).linkLanguage())
	if err != nil {
		return nil, err
	}
	return contract.ShowLink200JSONResponse{
		Purpose: page.Purpose, Title: page.Title, Text: page.Text, Language: contract.Language(page.Language), Done: page.Done,
		Buttons: list(page.Options, func(o letters.Option) contract.LinkButton {
			return contract.LinkButton{Choice: o.Choice, Label: o.Label, ReturnsOn: on(o.Date)}
		}),
		Reading: list(page.Links, func(l mail.Link) contract.Reading { return contract.Reading{Label: l.Label, Url: l.URL} }),
	}, nil
}

// PressLink presses the button.
func (a *API) PressLink(ctx context.Context, r contract.PressLinkRequestObject) (contract.PressLinkResponseObject, error) {
	body := given(r.Body, contract.Press{})
	pressed, err := a.buttons.Press(ctx, r.Token, callOf(ctx).linkLanguage(), letters.Choice{
		Value: given(body.Choice, ""), Week: body.Week, ReturnsOn: dateOf(body.ReturnsOn),
	})
	if err != nil {
		return nil, err
	}
	view := contract.PressLink200JSONResponse{
		Purpose: pressed.Purpose, Title: pressed.Title, Message: pressed.Message,
		Language: contract.Language(pressed.Language), Again: pressed.Again,
	}
	if pressed.Token != "" {
		view.Token, view.ExpiresAt = &pressed.Token, &pressed.ExpiresAt
	}
	return view, nil
}
