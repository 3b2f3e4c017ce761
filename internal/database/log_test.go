package database

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"kring/internal/clock"
)

func TestOnlySlowStatementsAreLoggedAndWithoutValues(t *testing.T) {
	var out bytes.Buffer
	log := newLogger(slog.New(slog.NewTextHandler(&out, nil)))
	statement := func() (string, int64) { return "SELECT * FROM people WHERE email = ?", 1 }
	begin := clock.System().Machine()
	log.Trace(context.Background(), begin, statement, errors.New("duplicate"))
	if out.Len() > 0 {
		t.Errorf("a quick statement was logged: %s", out.String())
	}
	log.Trace(context.Background(), begin.Add(-time.Minute), statement, nil)
	if !strings.Contains(out.String(), "slow statement") {
		t.Errorf("a slow statement was not logged: %q", out.String())
	}
	filter := log.(interface {
		ParamsFilter(context.Context, string, ...any) (string, []any)
	})
	if _, values := filter.ParamsFilter(context.Background(), "SELECT ?", "an@example.org"); values != nil {
		t.Errorf("values for the log: %v", values)
	}
}
