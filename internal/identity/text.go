package identity

import "embed"

// Texts are this room's sentences, and those for codes that several rooms use.
//
//go:embed text.*.json
var Texts embed.FS
