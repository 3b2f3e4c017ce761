package letters

import "embed"

// Texts are the sentences of letters and of the pages behind their buttons, in both languages.
//
//go:embed text.nl.json text.en.json
var Texts embed.FS
