package busy

import "embed"

// Texts are this room's sentences.
//
//go:embed text.*.json
var Texts embed.FS
