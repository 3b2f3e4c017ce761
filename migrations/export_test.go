package migrations

// UpTo lets tests stop between two migrations.
var UpTo = upTo
