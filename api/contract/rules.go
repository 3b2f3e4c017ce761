package contract

import "regexp"

// Shape is the kind of JSON value that a rule wants.
type Shape uint8

// The shapes that requests of the contract have.
const (
	Object Shape = iota + 1
	List
	Text
	Integer
	Boolean
)

// Format is a well-known form of a text.
type Format uint8

// The formats that the contract names.
const (
	AnyText  Format = iota
	UUID            // canonical form, lower or upper case
	Date            // YYYY-MM-DD, a day that exists
	Instant         // RFC 3339
	Address         // an address that letters go to
	ZoneName        // of the IANA database
	SafeLink        // an https address
	OneLine         // no line breaks or other control characters
)

// Rule is what the contract says about one value of a request.
type Rule struct {
	Shape    Shape
	Nullable bool

	// Of a text: bounds in runes (Most 0: none). Of a list: bounds in entries.
	Least, Most int
	Format      Format
	Enum        []string
	Pattern     *regexp.Regexp

	// Of an integer.
	Min, Max *int64

	Fields []Field // of an object; others are refused
	Items  *Rule   // of a list

	// Kinds is which fields belong together, of an object whose field KindField says of which kind it is.
	Kinds []Kind
}

// KindField is the field that says of which kind an object is.
const KindField = "kind"

// Kind is what the contract says about objects of one kind: the fields that they need and those that they may have
// besides. Others are for other kinds.
type Kind struct {
	Name         string
	Needs, Takes []string
}

// Field is a member of an object.
type Field struct {
	Name     string
	Required bool
	Rule     *Rule
}

// Place says where a parameter stands.
type Place uint8

// The places of parameters.
const (
	InPath Place = iota + 1
	InQuery
	InHeader
)

// Parameter is what the contract says about a parameter.
type Parameter struct {
	Name     string
	Place    Place
	Required bool
	Rule     *Rule
}

// Operation is what the contract says about one route, as far as the way in needs it.
type Operation struct {
	ID     string
	Method string
	Path   string // in echo's form, /api/v1/circles/:circle_id
	Scope  string // what a bearer token must carry; empty: nothing
	Public bool   // somebody without a token may ask
	Status int    // of the answer when all goes well
	Within int    // seconds until the caller is told to come back

	Body       *Rule // nil: the operation takes none
	BodyNeeded bool
	MostBody   int64 // bytes of it that are read
	Parameters []Parameter
	Tagged     bool // the answer has an ETag
}

func integer(n int64) *int64 { return &n }
