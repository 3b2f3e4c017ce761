package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/mattn/go-sqlite3"

	"kring/internal/database"
	"kring/migrations"
)

// version is what this program is made of, as `kring version` prints it and /version answers it.
type version struct {
	Version  string `json:"version"`            // of the module; (devel) when built from a checkout without a tag
	Revision string `json:"revision,omitempty"` // of the checkout
	Time     string `json:"time,omitempty"`     // of that revision, RFC 3339
	Modified bool   `json:"modified"`           // the checkout had changes that were not committed
	Go       string `json:"go"`
	SQLite   string `json:"sqlite"`
	Schema   int64  `json:"schema"` // number of the last migration that this program knows
}

// thisVersion reads what the toolchain wrote into the program.
func thisVersion() version {
	sqlite, _, _ := sqlite3.Version()
	v := version{Version: "(devel)", Go: runtime.Version(), SQLite: sqlite, Schema: migrations.Newest(database.SQLite)}
	info, found := debug.ReadBuildInfo()
	if !found {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Revision = setting.Value
		case "vcs.time":
			v.Time = setting.Value
		case "vcs.modified":
			v.Modified = setting.Value == "true"
		}
	}
	return v
}

// print writes the version for people.
func (v version) print(out io.Writer) {
	fmt.Fprintln(out, "kring", v.Version)
	if v.Revision != "" {
		changed := ""
		if v.Modified {
			changed = ", changed since"
		}
		fmt.Fprintf(out, "revision %s (%s%s)\n", v.Revision, v.Time, changed)
	}
	fmt.Fprintf(out, "%s\nSQLite %s\nschema %d\n", v.Go, v.SQLite, v.Schema)
}

// versionCommand prints the version.
type versionCommand struct{}

// Run prints it.
func (versionCommand) Run(p *program) error {
	thisVersion().print(p.out)
	return nil
}
