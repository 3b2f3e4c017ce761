package signin

import "embed"

// Texts are this room's sentences. Those of its refusals stand in identity's, which api and web say too.
//
//go:embed text.*.json
var Texts embed.FS
