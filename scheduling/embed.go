package scheduling

import "embed"

// Texts are this room's sentences in both languages.
//
//go:embed text.*.json
var Texts embed.FS
