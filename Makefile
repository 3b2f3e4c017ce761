# Kring. Two commands matter: `make run` and `make test`.

export CGO_ENABLED = 1

GOLANGCI_VERSION := v2.15.0
LINT             := bin/golangci-lint-$(GOLANGCI_VERSION)
FUZZTIME         ?= 60s
BENCH            ?=
GOBENCH          ?= .

.DEFAULT_GOAL := help
.PHONY: help run build test check lint fmt bench bench-go fuzz golden generate deps

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build and start the demo: sample circles, a mail catcher, a clock to turn
	@sh tools/deps.sh build
	go run ./cmd/kring demo

build: ## build the program into bin/kring
	@sh tools/deps.sh build
	go build -trimpath -o bin/kring ./cmd/kring

test: deps check lint ## run everything that CI runs; installs what the tests need
	sh tools/test.sh ./...
	sh tools/fuzz.sh 5000x

check: ## formatting and generated code are up to date
	sh tools/check.sh

lint: $(LINT) ## linters, with the rules on who may import whom
	$(LINT) run ./...

fmt: ## format all Go code
	gofmt -w $$(git ls-files --cached --others --exclude-standard '*.go')

bench: build ## measure the whole program beside a bare one, in about five minutes; BENCH="-only start" picks
	go build -trimpath -o bin/bare ./bench/bare
	go run -trimpath ./bench $(BENCH)

bench-go: deps ## benchmarks of single functions; GOBENCH=Write picks by name
	go test -run '^$$' -bench '$(GOBENCH)' -benchmem ./...

fuzz: ## fuzz every parser for FUZZTIME (60s) each
	sh tools/fuzz.sh $(FUZZTIME)

golden: deps ## write all golden files anew; read the difference before committing
	sh tools/test.sh -update $$(git grep -lE 'testkit\.Golden' -- '*_test.go' | xargs -n 1 dirname | sort -u | sed 's|^|./|')

generate: ## write generated code anew
	go generate ./...

deps: ## install what the tests need (apt as root or by sudo -n; else it says what to run)
	@sh tools/deps.sh test

$(LINT):
	GOBIN=$(CURDIR)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv bin/golangci-lint $@
