package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
)

func main() {
	address := flag.String("addr", "127.0.0.1:8081", "address to listen on")
	file := flag.String("database", "", "a database that Kring made")
	synchronous := flag.String("synchronous", "FULL", "FULL or NORMAL")
	flag.Parse()
	if err := run(*address, *file, *synchronous); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func run(address, file, synchronous string) error {
	s, err := openStore(file, synchronous)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return err
	}
	b := &bare{store: s, tokens: map[[32]byte]remembered{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/circles/{id}", b.showCircle)
	mux.HandleFunc("GET /api/v1/circles", b.listCircles)
	mux.HandleFunc("POST /api/v1/programmes/{id}/applications", b.apply)
	return http.Serve(listener, mux) //nolint:gosec // a program for measuring
}
