package database

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"

	"kring/internal/clock"
)

// A statement slower than this is worth a line.
const slow = 500 * time.Millisecond

// stillLogger logs slow statements and nothing else. Errors are answered to
// the caller, who knows whether they are worth a line: a duplicate key is often
// a question answered. No value ever reaches the log.
type stillLogger struct {
	log   *slog.Logger
	clock *clock.Clock
}

func newLogger(log *slog.Logger) logger.Interface {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return stillLogger{log, clock.System()}
}

func (l stillLogger) LogMode(logger.LogLevel) logger.Interface { return l }
func (l stillLogger) Info(context.Context, string, ...any)     {}
func (l stillLogger) Warn(context.Context, string, ...any)     {}
func (l stillLogger) Error(context.Context, string, ...any)    {}
func (l stillLogger) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil // keeps addresses and tokens out of the text that Trace is given
}

// Trace is called by gorm after every statement.
func (l stillLogger) Trace(ctx context.Context, begin time.Time, text func() (string, int64), _ error) {
	took := l.clock.Machine().Sub(begin)
	if took < slow {
		return
	}
	sql, rows := text()
	l.log.WarnContext(ctx, "slow statement", "took", took, "rows", rows, "sql", sql)
}
