package circles

import (
	"testing"

	"kring/internal/identity"
)

// BenchmarkMay asks the policy every question there is, as somebody who is let in, somebody who is not, and nobody.
func BenchmarkMay(b *testing.B) {
	actions := Actions()
	facilitator := identity.Actor{PersonID: "p", Scopes: identity.Scopes(), TokenID: "t"}
	asked := []struct {
		actor  identity.Actor
		object Object
	}{
		{facilitator, Object{Facilitator: true, CircleState: Forming}},
		{facilitator, Object{}},
		{identity.Actor{PersonID: "m", MemberOnly: true}, Object{Member: true, MemberID: "m"}},
		{identity.Actor{}, Object{Public: true}},
	}
	checks := 0
	for b.Loop() {
		one := asked[checks%len(asked)]
		for _, action := range actions {
			_ = May(one.actor, action, one.object)
		}
		checks++
	}
	b.ReportMetric(float64(checks*len(actions))/b.Elapsed().Seconds(), "checks/s")
}
