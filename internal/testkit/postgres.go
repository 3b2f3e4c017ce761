package testkit

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"kring/internal/database"
)

// PostgresEnv names the variable that holds the URL of a running test cluster.
const PostgresEnv = "KRING_TEST_POSTGRES"

//go:embed postgres.sh
var postgresScript string

// postgresDatabase answers the URL of a new database, dropped when t ends.
func postgresDatabase(t testing.TB, migrated bool) string {
	t.Helper()
	name := newName("test")
	statement := "CREATE DATABASE " + name
	if migrated {
		template, err := postgresTemplate()
		if err != nil {
			t.Fatalf("prepare the Postgres template: %v", err)
		}
		statement += " TEMPLATE " + template
	}
	err := admin(statement)
	for tries := 0; taken(err) && tries < 50; tries++ {
		err = admin(statement)
	}
	if err != nil {
		t.Fatalf("make a Postgres database: %v", err)
	}
	t.Cleanup(func() {
		if err := admin("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop the Postgres database: %v", err)
		}
	})
	address, err := postgresURL(name)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func newName(kind string) string {
	return "kring_" + kind + "_" + strings.ReplaceAll(database.NewID(), "-", "")
}

// postgresURL answers the cluster's URL with another database in it.
func postgresURL(name string) (string, error) {
	base, err := cluster()
	if err != nil {
		return "", err
	}
	address, err := url.Parse(base)
	if err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", PostgresEnv, err)
	}
	address.Path = "/" + name
	return address.String(), nil
}

// cluster answers the URL of the test cluster; it starts one when none was given.
var cluster = sync.OnceValues(func() (string, error) {
	if given := os.Getenv(PostgresEnv); given != "" {
		return given, nil
	}
	return startCluster()
})

// startCluster runs postgres.sh, which ends the cluster when its input ends: that
// is when this process does, however it ends. The script is in a process group of
// its own, so that an interrupt at the keyboard leaves it time to clean up.
func startCluster() (string, error) {
	input, hold, err := os.Pipe()
	if err != nil {
		return "", err
	}
	script := exec.CommandContext(context.Background(), "sh", "-c", postgresScript) // it outlives every test
	script.Stdin = input
	script.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	complaints, err := os.CreateTemp("", "kring-pg-")
	if err != nil {
		return "", err
	}
	defer os.Remove(complaints.Name())
	defer complaints.Close()
	script.Stderr = complaints
	output, err := script.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := script.Start(); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return "", errors.Join(fmt.Errorf("start PostgreSQL for the tests: %s", said(complaints)), script.Wait())
	}
	keepOpen(hold)
	return strings.TrimSpace(line), nil
}

func said(file *os.File) string {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err.Error()
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(text))
}

// keepOpen holds a file open until the process ends: a file that nothing refers
// to any more would be closed by the garbage collector.
func keepOpen(file *os.File) {
	held.Lock()
	defer held.Unlock()
	held.files = append(held.files, file)
}

var held struct {
	sync.Mutex
	files []*os.File
}
