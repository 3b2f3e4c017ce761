// Command openid-provider is the OpenID provider that Kring's tests sign in with: the certified op package of
// github.com/zitadel/oidc, with the storage and the login form that this project brings along. It refuses to be used for
// anything else: passwords are in the clear and everything is forgotten at its end.
//
//	openid-provider -issuer http://127.0.0.1:8081 -callback https://kring.example.org/sign-in/oidc/callback -users users.json
//
// It listens on a loopback port that the kernel chooses, prints its address, and ends when its standard input does. The
// issuer may be another address: that of something in front of it. All clients have the secret "secret":
//
//	kring    whose ID tokens live for an hour and leave the e-mail address to the userinfo endpoint, as the standard has it
//	told     the same, with the address in the ID token, as many providers have it
//	brief    whose ID tokens are over when they are given
//	other    another program of the same organisation
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// clients of the provider, by name.
var clients = map[string]struct {
	lives time.Duration // of an ID token
	tells bool          // the address stands in the ID token
}{
	"kring": {lives: time.Hour},
	"told":  {lives: time.Hour, tells: true},
	"brief": {lives: -time.Minute, tells: true},
	"other": {lives: time.Hour, tells: true},
}

func main() {
	issuer := flag.String("issuer", "", "address that the provider goes by; default: where it listens")
	callback := flag.String("callback", "", "address that answers go to")
	users := flag.String("users", "", "JSON file with the users, by id")
	flag.Parse()
	if err := run(*issuer, *callback, *users); err != nil {
		fmt.Fprintln(os.Stderr, "openid-provider:", err)
		os.Exit(1)
	}
}

func run(issuer, callback, users string) error {
	people, err := storage.StoreFromFile(users)
	if err != nil {
		return err
	}
	for name := range clients {
		storage.RegisterClients(storage.WebClient(name, "secret", callback))
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := "http://" + listener.Addr().String()
	if issuer == "" {
		issuer = address
	}
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	server := &http.Server{
		Handler:           exampleop.SetupServer(issuer, store{storage.NewStorage(people)}, quiet, false),
		ReadHeaderTimeout: time.Minute,
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // whoever started us is gone
		_ = server.Close()
	}()
	fmt.Println(address)
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// store is the project's own, with clients that differ in their ID tokens.
type store struct{ *storage.Storage }

// GetClientByClientID answers a client.
func (s store) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	found, err := s.Storage.GetClientByClientID(ctx, id)
	if err != nil {
		return nil, err
	}
	return client{Client: found, lives: clients[id].lives, tells: clients[id].tells}, nil
}

type client struct {
	op.Client
	lives time.Duration
	tells bool
}

// IDTokenLifetime is how long an ID token holds.
func (c client) IDTokenLifetime() time.Duration { return c.lives }

// IDTokenUserinfoClaimsAssertion says whether the ID token tells the address.
func (c client) IDTokenUserinfoClaimsAssertion() bool { return c.tells }
