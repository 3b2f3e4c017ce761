// Command gen writes what the API needs to know of its contract at run time: rules.gen.go, a table of every
// operation with the rules of its parameters and body, and the page that people read. Nothing parses YAML when Kring
// starts.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/getkin/kin-openapi/openapi3"
)

func main() {
	if err := run("../openapi.yaml", "rules.gen.go", "../docs.gen.html"); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(contract, rules, page string) error {
	doc, err := openapi3.NewLoader().LoadFromFile(contract)
	if err != nil {
		return err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return err
	}
	source, err := rulesOf(doc)
	if err != nil {
		return err
	}
	if err := os.WriteFile(rules, source, 0o644); err != nil {
		return err
	}
	html, err := pageOf(doc)
	if err != nil {
		return err
	}
	return os.WriteFile(page, html, 0o644)
}
