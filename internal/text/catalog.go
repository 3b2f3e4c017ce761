package text

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// count is the argument that chooses between the forms of a plural.
const count = "count"

// Catalog is all texts in both languages. It does not change after [Load] and may be used from several goroutines.
type Catalog struct {
	dutch, english voice
	strict         bool
}

// voice is one language of a catalogue.
type voice struct {
	localizer *i18n.Localizer
	entries   map[string]entry
	raw       func() []byte
}

func newCatalog(entries map[string]map[string]entry) (*Catalog, error) {
	bundle := i18n.NewBundle(language.English)
	dutch, err := newVoice(bundle, language.Dutch, entries[Dutch])
	if err != nil {
		return nil, err
	}
	english, err := newVoice(bundle, language.English, entries[English])
	return &Catalog{dutch: dutch, english: english}, err
}

func newVoice(bundle *i18n.Bundle, tag language.Tag, entries map[string]entry) (voice, error) {
	messages := make([]*i18n.Message, 0, len(entries))
	for key, e := range entries {
		messages = append(messages, &i18n.Message{ID: key, One: e.One, Other: e.Other})
	}
	if err := bundle.AddMessages(tag, messages...); err != nil {
		return voice{}, fmt.Errorf("texts in %s: %w", tag, err)
	}
	return voice{
		localizer: i18n.NewLocalizer(bundle, tag.String()),
		entries:   entries,
		raw:       sync.OnceValue(func() []byte { return marshal(entries) }),
	}, nil
}

func (c *Catalog) voice(lang string) *voice {
	if lang == Dutch {
		return &c.dutch
	}
	return &c.english
}

// Say answers the text of a key in a language (Dutch for "nl", English for anything else) with its variables filled
// in. A plural is chosen by the argument "count". For a key that does not exist it answers the key, for a variable
// without a value "…".
func (c *Catalog) Say(lang, key string, args map[string]any) string {
	v := c.voice(lang)
	e, ok := v.entries[key]
	if !ok {
		return c.failed(lang, key, key, fmt.Errorf("no such text"))
	}
	ask := i18n.LocalizeConfig{MessageID: key, TemplateData: args, TemplateParser: sentences{}}
	if e.One != "" {
		ask.PluralCount = args[count]
	}
	said, err := v.localizer.Localize(&ask)
	if err != nil {
		return c.failed(lang, key, said, err)
	}
	return said
}

// failed keeps a defect in a text from becoming a failed request: better a rough sentence than none.
func (c *Catalog) failed(lang, key, said string, err error) string {
	if c.strict {
		panic(fmt.Sprintf("text %q in %s: %v", key, lang, err))
	}
	if said == "" {
		return key
	}
	return said
}

// Strict answers the same catalogue, in which a text that cannot be said whole panics. Tests use it.
func (c *Catalog) Strict() *Catalog {
	strict := *c
	strict.strict = true
	return &strict
}

// Has says whether a key exists (then it does in both languages).
func (c *Catalog) Has(key string) bool {
	_, ok := c.english.entries[key]
	return ok
}

// Keys are all keys, sorted.
func (c *Catalog) Keys() []string {
	keys := make([]string, 0, len(c.english.entries))
	for key := range c.english.entries {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Raw is the whole catalogue of a language as one JSON object, in the form of the rooms' files and with sorted keys:
// what a browser is served. The caller must not change it.
func (c *Catalog) Raw(lang string) []byte { return c.voice(lang).raw() }

func marshal(entries map[string]entry) []byte {
	object := make(map[string]any, len(entries))
	for key, e := range entries {
		object[key] = e.Other
		if e.One != "" {
			object[key] = e
		}
	}
	raw, err := json.Marshal(object)
	if err != nil {
		panic(err) // strings under string keys always marshal
	}
	return raw
}
