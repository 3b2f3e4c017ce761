// Package contract is what oapi-codegen makes of api/openapi.yaml: the types of every request and answer, the strict server
// interface that package api fulfils, and the routes. Nothing here is written by hand; change openapi.yaml and run `make generate`.
package contract

//go:generate go tool oapi-codegen -config generate.yaml ../openapi.yaml
