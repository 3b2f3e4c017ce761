package health

import "embed"

// Texts are this room's sentences.
//
//go:embed text.nl.json text.en.json
var Texts embed.FS
