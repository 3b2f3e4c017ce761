package api

import (
	"context"

	"kring/api/contract"
	"kring/circles"
)

// ListMotions answers what is proposed in a circle.
func (a *API) ListMotions(ctx context.Context, r contract.ListMotionsRequestObject) (contract.ListMotionsResponseObject, error) {
	motions, err := a.circles.Motions(ctx, callOf(ctx).actor, r.CircleId)
	if err != nil {
		return nil, err
	}
	return contract.ListMotions200JSONResponse{Items: list(motions, motionView)}, nil
}

// ObjectToMotion makes a motion fall.
func (a *API) ObjectToMotion(ctx context.Context, r contract.ObjectToMotionRequestObject) (contract.ObjectToMotionResponseObject, error) {
	actor := callOf(ctx).actor
	object := func(ctx context.Context, id string) (contract.Motion, error) {
		m, err := a.circles.Object(ctx, actor, id) // objecting twice changes nothing
		return motionView(m), err
	}
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.Motion], error) {
		view, err := object(ctx, r.MotionId)
		return made[contract.Motion]{view, r.MotionId}, err
	}, object)
	if err != nil {
		return nil, err
	}
	return contract.ObjectToMotion200JSONResponse(view), nil
}

func motionView(m circles.Motion) contract.Motion {
	return contract.Motion{
		Id: m.ID, CircleId: m.CircleID, Kind: contract.MotionKind(m.Kind), State: contract.MotionState(m.State),
		Reason: string(m.Reason), Text: m.Body, DueAt: m.DueAt,
	}
}
