package guides

import (
	"embed"
	"io/fs"
)

//go:embed content
var content embed.FS

// Embedded returns the guide sets that come with the program, laid out as Load
// reads them: one folder per set at the root.
func Embedded() fs.FS {
	sets, err := fs.Sub(content, "content")
	if err != nil {
		panic(err) // the path is a constant and valid
	}
	return sets
}
