package api

import (
	"context"

	"kring/api/contract"
	"kring/scheduling/feeds"
)

// ShowFeed answers where one's own calendar can be subscribed to.
func (a *API) ShowFeed(ctx context.Context, _ contract.ShowFeedRequestObject) (contract.ShowFeedResponseObject, error) {
	feed, err := a.feeds.OfPerson(ctx, callOf(ctx).actor)
	if err != nil {
		return nil, err
	}
	return contract.ShowFeed200JSONResponse(feedView(feed)), nil
}

// RenewFeed gives one's own calendar another address.
func (a *API) RenewFeed(ctx context.Context, _ contract.RenewFeedRequestObject) (contract.RenewFeedResponseObject, error) {
	in := callOf(ctx)
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.Feed], error) {
		feed, err := a.feeds.RenewOfPerson(ctx, in.actor)
		return made[contract.Feed]{feedView(feed), in.actor.PersonID}, err
	}, func(ctx context.Context, _ string) (contract.Feed, error) {
		feed, err := a.feeds.OfPerson(ctx, in.actor)
		return feedView(feed), err
	})
	if err != nil {
		return nil, err
	}
	return contract.RenewFeed200JSONResponse(view), nil
}

// ShowCircleFeed answers where a circle's calendar can be subscribed to.
func (a *API) ShowCircleFeed(ctx context.Context, r contract.ShowCircleFeedRequestObject) (contract.ShowCircleFeedResponseObject, error) {
	feed, err := a.feeds.OfCircle(ctx, callOf(ctx).actor, r.CircleId)
	if err != nil {
		return nil, err
	}
	return contract.ShowCircleFeed200JSONResponse(feedView(feed)), nil
}

// RenewCircleFeed gives a circle's calendar another address.
func (a *API) RenewCircleFeed(ctx context.Context, r contract.RenewCircleFeedRequestObject) (contract.RenewCircleFeedResponseObject, error) {
	in := callOf(ctx)
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.Feed], error) {
		feed, err := a.feeds.RenewOfCircle(ctx, in.actor, r.CircleId)
		return made[contract.Feed]{feedView(feed), r.CircleId}, err
	}, func(ctx context.Context, id string) (contract.Feed, error) {
		feed, err := a.feeds.OfCircle(ctx, in.seer(), id)
		return feedView(feed), err
	})
	if err != nil {
		return nil, err
	}
	return contract.RenewCircleFeed200JSONResponse(view), nil
}

func feedView(f feeds.Feed) contract.Feed { return contract.Feed{Address: f.Address, Webcal: f.Webcal} }
