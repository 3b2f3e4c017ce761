package fault_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"kring/internal/fault"
)

func TestAFaultIsFoundThroughWrapping(t *testing.T) {
	err := fmt.Errorf("begin circle: %w", fault.New(fault.Conflict, "already-running").Because(io.EOF))
	f, ok := fault.Of(err)
	if !ok || f.Kind != fault.Conflict || f.Code != "already-running" {
		t.Fatalf("%+v", f)
	}
	if !fault.IsKind(err, fault.Conflict) || fault.IsKind(err, fault.NotFound) {
		t.Error("kind")
	}
	if !fault.HasCode(err, "already-running") || fault.HasCode(err, "paused") {
		t.Error("code")
	}
	if !errors.Is(err, io.EOF) {
		t.Error("the cause is lost")
	}
	if !errors.Is(err, fault.New(fault.Conflict, "already-running")) || errors.Is(err, fault.New(fault.Conflict, "paused")) {
		t.Error("faults compare by kind and code")
	}
}

func TestOtherErrorsAreNoFaults(t *testing.T) {
	for _, err := range []error{nil, io.EOF} {
		if _, ok := fault.Of(err); ok || fault.IsKind(err, fault.Invalid) || fault.HasCode(err, "") {
			t.Errorf("%v passes for a fault", err)
		}
	}
}

// A fault may be kept as a value and refined at each use.
func TestRefiningAFaultLeavesTheOriginalAlone(t *testing.T) {
	full := fault.New(fault.Conflict, "full").With("seats", 5)
	refined := full.With("name", "Dinsdag").After(time.Minute).Because(io.EOF)
	if len(full.Args) != 1 || full.RetryAfter != 0 || full.Unwrap() != nil {
		t.Errorf("%+v", full)
	}
	if refined.Args["seats"] != 5 || refined.Args["name"] != "Dinsdag" || refined.RetryAfter != time.Minute {
		t.Errorf("%+v", refined)
	}
}

func TestViolationsComeBackAllAtOnceAndInOrder(t *testing.T) {
	var v fault.Violations
	if v.Err() != nil {
		t.Fatal("no violation is no error")
	}
	v.Add("/name", "too-long", fault.Args{"limit": 80}, fault.Args{"length": 10_000})
	v.Add("/zone", "unknown-zone")
	f, ok := fault.Of(v.Err())
	if !ok || f.Kind != fault.Invalid || f.Code != "invalid" {
		t.Fatalf("%+v", f)
	}
	pointers := []string{f.Violations[0].Pointer, f.Violations[1].Pointer}
	if !slices.Equal(pointers, []string{"/name", "/zone"}) || f.Violations[0].Args["length"] != 10_000 {
		t.Errorf("%+v", f.Violations)
	}
}

func TestTheTextForLogsHoldsNoValues(t *testing.T) {
	var v fault.Violations
	v.Add("/email", "bad-address", fault.Args{"given": "an@example.org"})
	got := v.Err().Error() + " / " + fault.New(fault.TooMany, "slow-down").Because(io.EOF).Error()
	if want := "invalid: invalid [/email bad-address] / too many: slow-down: EOF"; got != want {
		t.Errorf("got %q", got)
	}
}

func TestEveryKindHasAName(t *testing.T) {
	for kind := fault.Unreadable; kind <= fault.Unavailable; kind++ {
		if name := kind.String(); name == "" || name[0] == 'k' {
			t.Errorf("%d is named %q", kind, name)
		}
	}
	if fault.Kind(99).String() != "kind 99" {
		t.Error("an unknown kind")
	}
}
