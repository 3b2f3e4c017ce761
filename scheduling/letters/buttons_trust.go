package letters

import (
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/signin"

	"kring/circles"
)

// An invitation to facilitate: take it or leave it.

func lookFacilitate(p *press) (standing, error) {
	var state circles.FacilitatorState
	err := p.db.Read(p.ctx, func(tx database.Tx) error {
		programme, stands, err := circles.FacilitationIn(tx, p.now, p.link.RowID, p.person.ID)
		p.args["programme"], state = programme.Name, stands
		return err
	})
	switch {
	case err != nil:
		return standing{}, err
	case state == circles.Facilitating:
		return over("did")
	case state != circles.FacilitatorInvited:
		return over("late")
	}
	return p.offers("text", "yes", "no"), nil
}

func doFacilitate(p *press, c Choice) (string, error) {
	if c.Value == "no" {
		return "done.no", p.circles.DeclineFacilitation(p.ctx, p.actor, p.link.RowID)
	}
	_, err := p.circles.AcceptFacilitation(p.ctx, p.actor, p.link.RowID)
	return "done.yes", err
}

// Silence: never to be written to again.

func lookSilence(p *press) (standing, error) {
	var silent bool
	err := p.db.Read(p.ctx, func(tx database.Tx) (err error) {
		silent, err = circles.SilentIn(tx, p.person)
		return err
	})
	if err != nil || silent {
		return standing{text: "did", done: true}, err
	}
	return p.offers("text", "silence"), nil
}

func doSilence(p *press, _ Choice) (string, error) {
	return "done", p.circles.Silence(p.ctx, p.actor)
}

// A change of address: confirmed from both sides. The page names the new address alone: whoever opens the link has it, or
// has the one that is left.

// lookAddress looks at the change from the side of the old address or of the new one.
func lookAddress(old bool, choices ...string) func(*press) (standing, error) {
	return func(p *press) (standing, error) {
		change, err := p.signIn.AddressChange(p.ctx, p.actor, p.link.RowID)
		if fault.IsKind(err, fault.NotFound) {
			return over("late")
		}
		if err != nil {
			return standing{}, err
		}
		p.args["email"] = change.Email
		if old && change.OldDone || !old && change.NewDone {
			return over("did")
		}
		return p.offers("text", choices...), nil
	}
}

func doAddress(old bool) func(*press, Choice) (string, error) {
	return func(p *press, c Choice) (string, error) {
		if c.Value == signin.ChoiceNo {
			return "done.no", p.signIn.RefuseAddress(p.ctx, p.actor, p.link.RowID)
		}
		moved, err := p.signIn.ConfirmAddress(p.ctx, p.actor, p.link.RowID, old)
		if err == nil && !moved {
			return "done.waits", nil
		}
		return "done", err
	}
}

// addressButtons are the purposes that need the room of sign-ins.
func addressButtons() map[string]button {
	return map[string]button{
		signin.LinkAddressOld: {look: lookAddress(true, signin.ChoiceYes, signin.ChoiceNo), do: doAddress(true)},
		signin.LinkAddressNew: {look: lookAddress(false, signin.ChoiceYes), do: doAddress(false), only: signin.ChoiceYes},
	}
}
