package api_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"kring/api/contract"
)

// held holds request and answer against the contract with a library that shares nothing with ours.
func held(t testing.TB, r request, req *http.Request, sent []byte, o *contract.Operation, params map[string]string, rec *httptest.ResponseRecorder) {
	t.Helper()
	spec := specification(t)
	item := spec.Paths.Find(openPath(o.Path))
	again := req.Clone(context.Background())
	again.Body = io.NopCloser(bytes.NewReader(sent))
	input := &openapi3filter.RequestValidationInput{
		Request: again, PathParams: params,
		Route:   &routers.Route{Spec: spec, Path: openPath(o.Path), PathItem: item, Method: o.Method, Operation: item.GetOperation(o.Method)},
		Options: &openapi3filter.Options{MultiError: true, IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if !r.crooked {
		if err := openapi3filter.ValidateRequest(t.Context(), input); err != nil {
			t.Errorf("%s: the request is not what the contract says: %v", o.ID, err)
		}
	}
	if rec.Code == http.StatusNotModified {
		if rec.Body.Len() > 0 {
			t.Errorf("%s: 304 with a body", o.ID)
		}
		return
	}
	err := openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: rec.Code, Header: rec.Header(),
		Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes())), Options: input.Options,
	})
	if err != nil {
		t.Errorf("%s: the answer is not what the contract says: %v\n%s", o.ID, err, rec.Body.String())
	}
	if rec.Code >= 500 {
		t.Errorf("%s: %d %s", o.ID, rec.Code, rec.Body.String())
	}
	if rec.Code < 400 && rec.Code != o.Status {
		t.Errorf("%s: status %d, the contract says %d", o.ID, rec.Code, o.Status)
	}
}

// A table is held against the contract as text: the library would read it with commas.
func init() { openapi3filter.RegisterBodyDecoder("text/csv", openapi3filter.FileBodyDecoder) }

var loadSpecification = sync.OnceValues(func() (*openapi3.T, error) {
	spec, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	return spec, spec.Validate(context.Background())
})

func specification(t testing.TB) *openapi3.T {
	t.Helper()
	spec, err := loadSpecification()
	must(t, err)
	return spec
}

// openPath turns echo's form of a path into the contract's.
func openPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, is := strings.CutPrefix(part, ":"); is {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

type contractOperation = contract.Operation

var operations = contract.Operations()

// operationFor finds the operation of a path by comparing parts.
func operationFor(method, path string) (*contract.Operation, map[string]string, bool) {
	parts := strings.Split(path, "/")
	for i := range operations {
		o := &operations[i]
		if params, fits := fit(strings.Split(o.Path, "/"), parts); fits && o.Method == method {
			return o, params, true
		}
	}
	return nil, nil, false
}

func fit(template, parts []string) (map[string]string, bool) {
	if len(template) != len(parts) {
		return nil, false
	}
	params := map[string]string{}
	for i, part := range template {
		name, is := strings.CutPrefix(part, ":")
		switch {
		case is:
			params[name] = parts[i]
		case part != parts[i]:
			return nil, false
		}
	}
	return params, true
}
