package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryRefusalHasASentence reads the program: a code without a sentence would reach people as a code.
func TestEveryRefusalHasASentence(t *testing.T) {
	w := oneWorld(t)
	found := 0
	for _, room := range []string{"api", "circles", "scheduling", "guides", "internal"} {
		err := fs.WalkDir(os.DirFS(".."), room, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
				strings.HasPrefix(path, "internal/testkit/") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), "../"+path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if key := keyOf(n); key != "" {
					found++
					if !w.texts.Has(key) {
						t.Errorf("%s: no text %s", path, key)
					}
				}
				return true
			})
			return nil
		})
		must(t, err)
	}
	if found < 100 {
		t.Errorf("only %d codes found: look at keyOf", found)
	}
}

// keyOf is the key of the sentence that a call needs: fault.New(kind, code), conflict(code) and v.Add(pointer, code).
func keyOf(n ast.Node) string {
	call, is := n.(*ast.CallExpr)
	if !is {
		return ""
	}
	switch fn := call.Fun.(type) {
	case *ast.Ident:
		if fn.Name == "conflict" && len(call.Args) == 1 {
			return prefixed("problem.", call.Args[0])
		}
	case *ast.SelectorExpr:
		on, _ := fn.X.(*ast.Ident)
		switch {
		case on == nil || len(call.Args) < 2:
		case on.Name == "fault" && fn.Sel.Name == "New":
			return prefixed("problem.", call.Args[1])
		case slices.Contains([]string{"v", "violations"}, on.Name) && fn.Sel.Name == "Add":
			return prefixed("violation.", call.Args[1])
		}
	}
	return ""
}

func prefixed(prefix string, code ast.Expr) string {
	literal, is := code.(*ast.BasicLit)
	if !is {
		return ""
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		return ""
	}
	return prefix + text
}

func TestEveryCodeOfTheDecoderHasASentence(t *testing.T) {
	w := oneWorld(t)
	for _, code := range []string{
		"not-null", "not-an-object", "not-a-list", "not-a-text", "not-a-whole-number", "not-true-or-false", "unknown-field",
		"duplicate-field", "required", "too-long", "too-short", "too-many", "too-few", "not-between", "number-out-of-range",
		"unreadable-text", "not-one-of", "wrong-form", "not-an-id", "not-a-date", "not-an-instant", "not-an-etag",
		"unknown-parameter", "repeated-parameter",
	} {
		if !w.texts.Has("violation." + code) {
			t.Errorf("no text for %s", code)
		}
	}
}
