// Package page cuts long lists into pages.
//
// What it is for: a list answers at most [Limit] rows and a [Cursor], an opaque text that says behind which row the
// next page begins. Rows that come or go between two pages neither repeat nor hide others, and a page deep in a list
// costs what the first one costs, because the cursor goes straight into an index.
//
// What it refuses: offsets, totals, and cursors that it did not write (fault Unreadable, code "bad-cursor"): what
// [Parse] answers is safe to hand to a database.
//
// Where to start: [Parse] what the caller sent, read one row more than the limit behind it, [Cut].
//
//	?cursor= -> Parse -> where (at, id) > (cursor.At, cursor.ID) limit n+1 -> Cut -> items, next
package page
