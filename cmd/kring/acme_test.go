package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kring/internal/testkit"
)

// authorityProcess is a real ACME authority, as a process of its own (tools/acme-authority).
type authorityProcess struct {
	t         *testing.T
	directory string
	folder    string
	stdin     io.WriteCloser
	command   *exec.Cmd
}

// startAuthority starts one, which answers nobody yet. It is stopped when the test ends.
func startAuthority(t *testing.T) *authorityProcess {
	t.Helper()
	a := &authorityProcess{t: t, folder: t.TempDir()}
	a.command = exec.Command("go", "run", ".", "-folder", a.folder)
	a.command.Dir, a.command.Stderr = filepath.Join("..", "..", "tools", "acme-authority"), os.Stderr
	a.command.Env = append(os.Environ(), "GOWORK=off")
	var err error
	if a.stdin, err = a.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := a.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.stop)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the authority did not start: %v", err)
	}
	a.directory = strings.TrimSpace(line)
	return a
}

// checks lets it answer, and look at a program's port for the proof.
func (a *authorityProcess) checks(r *running) {
	a.t.Helper()
	at, err := url.Parse(r.url)
	if err != nil {
		a.t.Fatal(err)
	}
	if _, err := fmt.Fprintln(a.stdin, at.Port()); err != nil {
		a.t.Fatal(err)
	}
}

func (a *authorityProcess) stop() {
	_ = a.stdin.Close()
	_ = a.command.Wait()
}

// roots are what those trust who trust the authority.
func (a *authorityProcess) roots() *x509.CertPool {
	a.t.Helper()
	root, err := os.ReadFile(filepath.Join(a.folder, "root.pem"))
	if err != nil {
		a.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(root)
	return pool
}

// env are the settings of a program that gets its certificate there. That its own certificate is trusted is a matter of
// the machine, as with every authority of an organisation.
func (a *authorityProcess) env(database string) []string {
	return settingsFor(database, "KRING_PUBLIC_URL=https://"+tlsHost, "KRING_ACME=yes", "KRING_ACME_EMAIL=ops@example.org",
		"KRING_ACME_DIRECTORY="+a.directory, "SSL_CERT_FILE="+filepath.Join(a.folder, "directory.pem"))
}

// certified waits until the program has its certificate.
func (r *running) certified() {
	r.t.Helper()
	for line := range r.errs.lines {
		switch {
		case strings.Contains(line, "msg=certificate host="+tlsHost):
			return
		case strings.Contains(line, "no certificate"):
			r.t.Fatal(line)
		}
	}
	r.t.Fatalf("the program ended:\n%s", r.errs)
}

// A certificate for the public URL, proven on the very port that serves it, kept over a restart; for any other name there is none.
func TestACertificateOverACME(t *testing.T) {
	a := startAuthority(t)
	database := testkit.SQLite(t)
	first, _ := process(t, a.env(database)...)
	a.checks(first)
	first.certified()
	roots := a.roots()
	answer, err := visitor(first, roots).Get("https://" + tlsHost + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 {
		t.Errorf("%s %s", answer.Proto, answer.Status)
	}
	for _, name := range []string{"other.example.org", "www." + tlsHost, "localhost"} {
		if conn, err := greet(first, &tls.Config{RootCAs: roots, ServerName: name}); err == nil {
			conn.Close()
			t.Errorf("there is a certificate for %s", name)
		}
	}
	for _, config := range []*tls.Config{
		{RootCAs: roots, InsecureSkipVerify: true}, // names no host
		{RootCAs: roots, ServerName: tlsHost, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
	} {
		if conn, err := greet(first, config); err == nil {
			conn.Close()
			t.Error("a visitor who names no host, or speaks TLS 1.1, is let in")
		}
	}
	if status, _ := first.get("/healthz"); status != http.StatusBadRequest {
		t.Errorf("plain HTTP is answered %d", status)
	}
	ownersAlone(t, strings.TrimPrefix(database, "file:")+".acme")
	serial := answer.TLS.PeerCertificates[0].SerialNumber
	first.stop()
	<-first.ended
	a.stop()

	second, _ := process(t, a.env(database)...)
	second.certified()
	conn, err := greet(second, &tls.Config{RootCAs: roots, ServerName: tlsHost})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got := conn.ConnectionState().PeerCertificates[0].SerialNumber; got.Cmp(serial) != 0 {
		t.Errorf("after a restart certificate %d is shown, not %d", got, serial)
	}
}

// greet shakes hands with a program.
func greet(r *running, config *tls.Config) (*tls.Conn, error) {
	conn, err := (&tls.Dialer{Config: config}).DialContext(r.t.Context(), "tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		return nil, err
	}
	return conn.(*tls.Conn), nil
}

// ownersAlone holds that keys and certificates are for nobody else on the machine.
func ownersAlone(t *testing.T, folder string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %s", path, info.Mode())
		}
		if !entry.IsDir() {
			files++
		}
		return err
	})
	if err != nil || files < 2 {
		t.Errorf("%d files in %s, %v", files, folder, err)
	}
}

// An authority that is away is told of, and the program lives on: the next visitor tries again.
func TestAnAuthorityThatIsAway(t *testing.T) {
	r := serving(t, settingsFor(testkit.SQLite(t), "KRING_PUBLIC_URL=https://"+tlsHost, "KRING_ACME=yes",
		"KRING_ACME_DIRECTORY=https://127.0.0.1:1/dir")...)
	if _, told := r.errs.after(`msg="no certificate" host=` + tlsHost); !told {
		t.Fatalf("it ended:\n%s", r.errs)
	}
	if conn, err := greet(r, &tls.Config{ServerName: tlsHost, RootCAs: x509.NewCertPool()}); err == nil {
		conn.Close()
		t.Error("there is a certificate")
	}
	r.stop()
	if code := <-r.ended; code != 0 {
		t.Errorf("exit code %d\n%s", code, r.errs)
	}
}
